"""The command line, ``python -m consumers.erase``."""
