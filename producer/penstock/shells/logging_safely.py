"""Logging that cannot end a thread: a handler that raises is the program's, and no reason to lose its events."""

import sys
import threading
from collections.abc import Callable
from typing import ParamSpec

Arguments = ParamSpec("Arguments")


def log_safely(log: Callable[Arguments, object], *arguments: Arguments.args, **named: Arguments.kwargs) -> None:
    """Call what logs. What it raises goes to ``threading.excepthook``, as if it had ended the thread, which goes on."""
    try:
        log(*arguments, **named)
    except Exception:  # noqa: BLE001 - it is handed on
        threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread())))
