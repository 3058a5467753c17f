"""What can go wrong with a build; each message says what is wrong and what to do."""


class ArtifactError(Exception):
    """A package can't be built, or is not as it must be."""
