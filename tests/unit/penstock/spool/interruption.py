"""Ctrl-C at any moment at which Python lets it come."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruption(step: int, places: tuple[str, ...]) -> Iterator[None]:
    """Raise KeyboardInterrupt in this thread, at the given one of the moments that there are.

    Signals are looked for where a function begins and where a call of C code has returned (CPython's "eval breaker"),
    but not in the steps of ``with`` on a lock.

    Args:
        step: how many moments pass before.
        places: parts of the paths of the files whose moments count.
    """
    left = step

    def profile(frame: FrameType, event: str, _: object) -> None:
        nonlocal left
        if event in {"call", "c_return"} and any(place in frame.f_code.co_filename for place in places):
            left -= 1
            if left < 0:
                sys.setprofile(None)
                raise KeyboardInterrupt

    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(None)
