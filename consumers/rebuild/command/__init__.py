"""The command line, ``python -m consumers.rebuild``."""
