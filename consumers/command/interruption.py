"""Ctrl-C: the first one ends a command in good order, a second one at once."""

import importlib
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Final, NoReturn

INTERRUPTED: Final = 130
"""Exit status: 128 and SIGINT's number, as shells have it."""


def begin(main: Callable[[], None]) -> None:
    """Run a program's `main`, from its first line on ended by Ctrl-C as this module has it."""
    handle()
    try:
        main()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            end(INTERRUPTED)
        raise


def main(module: str, after: str) -> None:
    """Import a command line's module and call its ``run``; after Ctrl-C say `after` and exit.

    It is imported here, where Ctrl-C is handled already: that takes most of a second.
    """
    try:
        importlib.import_module(module).run()
    except KeyboardInterrupt:
        sys.stderr.write(f"interrupted; {after}\n")
        sys.exit(INTERRUPTED)


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
