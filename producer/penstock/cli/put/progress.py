"""Shows how far a put is: a bar on a terminal, elsewhere nothing; and messages, above the bar."""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from rich.console import Console, RenderableType
from rich.constrain import Constrain
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TimeRemainingColumn
from rich.text import Text

from penstock.cli.safe_text import safe_text
from penstock.delivery.statistics import Statistics

REFRESHES_PER_SECOND: Final = 5


class _CountsColumn(ProgressColumn):
    """What became of the events so far, asked of the producer at each refresh: also while the input is silent."""

    def __init__(self, statistics: Callable[[], Statistics]) -> None:
        super().__init__()
        self._statistics = statistics

    def render(self, task: Task) -> Text:  # noqa: ARG002 - rich's signature
        now = self._statistics()
        text = f"{now.user_records_put:,} acknowledged, {now.user_records_pending:,} waiting"
        if now.user_records_failed:
            text += f", {now.user_records_failed:,} failed"
        return Text(text, no_wrap=True, overflow="ellipsis")


class _Line(Progress):
    """A progress display with room at its right for the ^C of a terminal, which would push a full line up."""

    def __init__(self, *columns: ProgressColumn, console: Console) -> None:
        self._shown_on = console  # rich asks for a first drawing before it has set its own
        super().__init__(
            *columns,
            console=console,
            transient=True,
            expand=True,
            redirect_stdout=False,
            redirect_stderr=False,
            refresh_per_second=REFRESHES_PER_SECOND,
        )

    def get_renderable(self) -> RenderableType:
        return Constrain(super().get_renderable(), max(1, self._shown_on.width - len("^C") - 1))


class PutProgress:
    """The display of one put, between its enter and its exit.

    Args:
        console: of standard error.
        size: bytes of the input, none if that is not known.
        statistics: tells what the producer has done. It is asked on a thread of its own.
    """

    def __init__(self, console: Console, size: int | None, statistics: Callable[[], Statistics]) -> None:
        self._console = console
        self._progress = _Line(
            BarColumn(bar_width=None),
            *([TaskProgressColumn(), TimeRemainingColumn(compact=True)] if size is not None else []),
            _CountsColumn(statistics),
            console=console,
        )
        self._task = self._progress.add_task("", total=size)
        self._log = _ToMessages(self.tell)

    def __enter__(self) -> Self:
        if self._console.is_terminal:  # elsewhere, older versions of rich would end with an empty line
            self._progress.start()
        logging.getLogger("penstock").addHandler(self._log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        logging.getLogger("penstock").removeHandler(self._log)
        if self._console.is_terminal:
            self._progress.stop()

    def show(self, put: int) -> None:
        """Show how many of the input's bytes have been put."""
        self._progress.update(self._task, completed=put)

    def tell(self, message: str) -> None:
        """Show a line above the bar, and keep it."""
        self._console.print(Text(safe_text(message)), soft_wrap=True)


class _ToMessages(logging.Handler):
    """Shows the SDK's warnings like any other message."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._tell(f"{record.levelname.lower()}: {record.getMessage()}")
        except Exception:  # noqa: BLE001 - what a handler does by the logging module's rules
            self.handleError(record)
