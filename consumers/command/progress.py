"""Shows how far a command is: a line on a terminal, elsewhere nothing; and messages, above it."""

import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from penstock.cli.safe_text import safe_text

SECONDS_BETWEEN: Final = 0.1


class Progress:
    """The display of one run, between its enter and its exit, on standard error."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._status = Status("", console=self._console, spinner="line") if self._console.is_terminal else None
        self._next = 0.0

    def __enter__(self) -> Self:
        """Begin to show."""
        if self._status is not None:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave nothing on the screen."""
        if self._status is not None:
            self._status.stop()

    def show(self, text: str) -> None:
        """Show how far it is."""
        if self._status is not None and time.monotonic() >= self._next:
            self._next = time.monotonic() + SECONDS_BETWEEN
            self._status.update(text)

    def tell(self, message: str) -> None:
        """Show a line, and keep it."""
        self._console.print(Text(safe_text(message)), soft_wrap=True)
