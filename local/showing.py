"""Shows something while it lasts: redrawn in place on a terminal, elsewhere a line now and then."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Generic, Self, TypeVar

from rich.console import Console, RenderableType
from rich.live import Live

StatusT = TypeVar("StatusT")


class View(ABC, Generic[StatusT]):
    """Shows statuses between its enter and its exit."""

    def __enter__(self) -> Self:
        """Take over the place where it shows, if it needs one."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the place back."""

    @abstractmethod
    def show(self, status: StatusT) -> None:
        """Show `status` in place of the one before."""


class RedrawnView(View[StatusT]):
    """Redraws a panel in place, and clears it away in the end."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Clear the panel away."""
        self._live.stop()

    def show(self, status: StatusT) -> None:
        """Draw `status`."""
        self._live.update(self.drawn(status), refresh=True)

    @abstractmethod
    def drawn(self, status: StatusT) -> RenderableType:
        """Return the panel."""


class LinesView(View[StatusT]):
    """Prints lines."""

    def __init__(self, console: Console) -> None:
        """Print on `console`."""
        self._console = console

    def print(self, line: str) -> None:
        """Print a line as it is."""
        self._console.print(line, soft_wrap=True, highlight=False, markup=False)
