"""The command line's standard output and error."""

import contextlib
import io
import os
import sys


def show_anything() -> None:
    """Escape from now on what the terminal's encoding lacks, which is no reason to end."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def abandon_output() -> None:
    """Write no more, since the reader has gone: what is still buffered would raise once more at the interpreter's exit.

    The source: Python's documentation of `signal`, "Note on SIGPIPE".
    """
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
