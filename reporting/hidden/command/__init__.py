"""The command line, ``python -m reporting.hidden``."""
