"""The exceptions of the load-test CLI: each a line for the person at the terminal, saying what to do."""

from penstock.errors import ConfigurationError, PenstockError


class LoadError(PenstockError):
    """Something that was asked for did not work: exit status 1."""


class InputError(ConfigurationError):
    """Nothing was done, since what was given can't be used: exit status 2."""
