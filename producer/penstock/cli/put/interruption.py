"""Ctrl-C and SIGTERM: the first lets what was read be delivered, the second gives up."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Final, Self

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """Counts the signals between its enter and its exit, instead of raising an exception anywhere in between.

    Args:
        on_first: called, in the signal's handler, with the first.

    Attributes:
        signal: the number of the first, none while there was none.
        repeated: whether there was another.
    """

    def __init__(self, on_first: Callable[[], None]) -> None:
        self._on_first = on_first
        self._before: dict[int, Any] = {}
        self.signal: int | None = None
        self.repeated = False

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the signal module's signature
        if self.signal is None:
            self.signal = number
            self._on_first()
        else:
            self.repeated = True
