"""Shows a run while it lasts, on standard error: a live view on a terminal, elsewhere a line now and then."""

from collections import deque
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from load.report.text import UNKNOWN, duration
from load.runs.status import Status
from local.showing import LinesView, RedrawnView, View

LINE_SECONDS: Final = 5.0
_TICKS: Final = "▁▂▃▄▅▆▇█"
_TICK_POINTS: Final = 60


def make_view(console: Console) -> View[Status]:
    """Return the view that suits where `console` writes to."""
    return LiveView(console) if console.is_terminal else LineView(console)


class LiveView(RedrawnView[Status]):
    """A panel of all figures."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        super().__init__(console)
        self._accepted: deque[float] = deque(maxlen=_TICK_POINTS)

    def drawn(self, status: Status) -> RenderableType:
        """Return the panel."""
        self._accepted.append(status.rates.accepted)
        heading = Text.assemble(
            ("penstock-load run  ", "bold cyan"), status.phase, ("   Ctrl-C ends and reports what there is", "dim")
        )
        bar = Table.grid(padding=(0, 2))
        done = min(max(status.at, 0.0), status.seconds)
        bar.add_row(
            ProgressBar(total=status.seconds, completed=done, width=40),
            f"{round(status.at):,} of {status.seconds:,.0f} s",
        )
        figures = Table.grid(padding=(0, 2))
        figures.add_column(style="dim")
        figures.add_column(justify="right", min_width=11)
        figures.add_column(style="dim")
        totals, rates = status.totals, status.rates
        figures.add_row("scheduled", "", f"{status.scheduled_rate:,.0f}/s")
        figures.add_row("sent", f"{totals.sent:,.0f}", f"{rates.sent:,.0f}/s")
        figures.add_row("accepted", f"{totals.accepted:,.0f}", f"{rates.accepted:,.0f}/s")
        if totals.refused:
            figures.add_row(Text("refused", "bold red"), f"{totals.refused:,.0f}", f"{rates.refused:,.0f} records/s")
        if totals.failed:
            figures.add_row(Text("failed", "bold red"), f"{totals.failed:,.0f}", "given up")
        for name, found in (("freshness", status.freshness), ("put", status.put), ("late by", status.schedule_error)):
            figures.add_row(
                name,
                UNKNOWN if found is None else duration(found[0]),
                "" if found is None else f"median; p99 {duration(found[1])}",
            )
        if status.iterator_age is not None:
            figures.add_row("iterator age", duration(status.iterator_age), "")
        figures.add_row("generator", f"{rates.processor:.2f}", "cores")
        return Group(heading, bar, Text(), figures, Text(), Text(_ticks(self._accepted), "cyan"))


class LineView(LinesView[Status]):
    """A line now and then."""

    def __init__(self, console: Console) -> None:
        """Print on `console`."""
        super().__init__(console)
        self._next = float("-inf")
        self._phase = ""

    def show(self, status: Status) -> None:
        """Print `status` when the last line is old enough, or when it is another phase."""
        if status.at < self._next and status.phase == self._phase:
            return
        self._next, self._phase = status.at + LINE_SECONDS, status.phase
        accepted = f"{status.totals.accepted:,.0f}, {status.rates.accepted:,.0f}/s"
        found = [f"{round(status.at):,} s {status.phase}: accepted {accepted}"]
        if status.totals.refused:
            found.append(f"refused {status.totals.refused:,.0f}")
        if status.freshness is not None:
            found.append(f"freshness {duration(status.freshness[0])} (p99 {duration(status.freshness[1])})")
        self.print(", ".join(found))


def _ticks(points: deque[float]) -> str:
    most = max(points, default=0.0) or 1.0
    return "".join(_TICKS[min(int(max(point, 0.0) / most * len(_TICKS)), len(_TICKS) - 1)] for point in points)
