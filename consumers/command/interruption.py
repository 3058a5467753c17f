"""Ctrl-C: the first one ends a command in good order, a second one at once."""

import os
import signal
import sys
from types import FrameType
from typing import Final, NoReturn

INTERRUPTED: Final = 130
"""Exit status: 128 and SIGINT's number, as shells have it."""


def handle() -> None:
    """Let the first SIGINT raise KeyboardInterrupt, as usual, and the second end the process."""
    signal.signal(signal.SIGINT, _first)


def end(status: int) -> NoReturn:
    """End the process without waiting for its threads, whose calls may hang."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _first(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, _second)
    raise KeyboardInterrupt


def _second(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
