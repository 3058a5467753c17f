"""The command line's standard output and error."""

import io
import sys


def show_anything() -> None:
    """Escape from now on what the terminal's encoding lacks, which is no reason to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
