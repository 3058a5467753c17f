"""Shows a run: a live view on a terminal, elsewhere a line every few seconds."""

import os
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from local.run.lag import LagSummary
from local.run.report import Ledger
from local.showing import LinesView, RedrawnView, View

LINE_SECONDS: Final = 5.0
RATE_SECONDS: Final = 5.0
"""Rates are means over this long."""
TOP_HASHTAGS: Final = 10


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to show at one moment."""

    phase: str
    """What the run is doing, as a person would say it."""
    elapsed: float
    url: str
    """Where the dashboard is."""
    endpoint: str
    """Where the services are."""
    ledger: Ledger
    refused: int
    lag: LagSummary
    top_hashtags: list[tuple[str, int]]
    alerts: int
    """How many came so far."""
    newest_alerts: list[str]
    """Oldest first."""


class RunConsole(Console):
    """A console whose reader may go away, as that of ``… | head`` does: the run is then interrupted, and drains."""

    def on_broken_pipe(self) -> None:
        """Drop what is printed from now on, and interrupt."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGINT)


class Rate:
    """Events per second over the last `RATE_SECONDS` of a running total."""

    def __init__(self) -> None:
        """Start without a reading."""
        self._readings: deque[tuple[float, int]] = deque()

    def per_second(self, at: float, total: int) -> float:
        """Take a reading and return the rate."""
        self._readings.append((at, total))
        while len(self._readings) > 2 and at - self._readings[1][0] >= RATE_SECONDS:
            self._readings.popleft()
        since, before = self._readings[0]
        return (total - before) / (at - since) if at > since else 0.0


def make_view(console: Console) -> View[Status]:
    """Return the view that suits where `console` writes to."""
    return LiveView(console) if console.is_terminal else LineView(console)


class LiveView(RedrawnView[Status]):
    """A panel of all figures and the top hashtags."""

    def __init__(self, console: Console) -> None:
        """Draw on `console`."""
        super().__init__(console)
        self._rate_in = Rate()
        self._rate_out = Rate()

    def drawn(self, status: Status) -> RenderableType:
        """Return the panel."""
        ledger, now = status.ledger, time.monotonic()
        figures = Table.grid(padding=(0, 2))
        figures.add_column(style="dim")
        figures.add_column(justify="right", min_width=11)
        figures.add_column(style="dim")
        figures.add_row(
            "accepted", f"{ledger.accepted:,}", f"{self._rate_in.per_second(now, ledger.accepted):,.0f}/s in"
        )
        figures.add_row(
            "counted", f"{ledger.counted:,}", f"{self._rate_out.per_second(now, ledger.counted):,.0f}/s out"
        )
        figures.add_row("duplicates", f"{ledger.duplicates:,}", "dropped")
        figures.add_row("failed", f"{sum(ledger.failed.values()):,}", _reasons(ledger.failed))
        if status.refused:
            figures.add_row(Text("refused", "bold red"), f"{status.refused:,}", "by the producer")
        figures.add_row("on the way", f"{max(ledger.accepted - ledger.accounted, 0):,}", "")
        figures.add_row(
            "lag", f"{status.lag.p50:.1f} s", f"median; p95 {status.lag.p95:.1f} s, max {status.lag.max:.1f} s"
        )
        if status.alerts:
            figures.add_row("alerts", f"{status.alerts:,}", Text(_printable(status.newest_alerts[-1]), "yellow"))
        heading = Text.assemble(
            ("Penstock ", "bold cyan"), (f"{_clock(status.elapsed)}  ", "dim"), status.phase, "\n"
            "Dashboard ", (status.url, f"underline link {status.url}"), ("   Ctrl-C drains and ends", "dim"), "\n"
            "Endpoint  ", status.endpoint, ("   AWS_ENDPOINT_URL", "dim")
        )  # fmt: skip
        return Group(heading, Text(), figures, Text(), _top(status.top_hashtags))


class LineView(LinesView[Status]):
    """A line every few seconds, and one for each alert."""

    def __init__(self, console: Console) -> None:
        """Print on `console`."""
        super().__init__(console)
        self._next = 0.0
        self._announced = False
        self._alerts = 0

    def show(self, status: Status) -> None:
        """Print `status` when the last line is old enough."""
        if not self._announced:
            self.print(f"dashboard {status.url}")
            self.print(f"endpoint {status.endpoint} (AWS_ENDPOINT_URL)")
            self._announced = True
        new, self._alerts = status.alerts - self._alerts, status.alerts
        for alert in status.newest_alerts[-new:] if new else ():
            self.print(f"{_clock(status.elapsed)} alert: {_printable(alert)}")
        if status.elapsed < self._next:
            return
        self._next = status.elapsed + LINE_SECONDS
        ledger = status.ledger
        self.print(
            f"{_clock(status.elapsed)} {status.phase}: accepted {ledger.accepted:,}, counted {ledger.counted:,}, "
            f"duplicates {ledger.duplicates:,}, failed {sum(ledger.failed.values()):,}, "
            f"lag {_seconds(status.lag.p50)} (p95 {_seconds(status.lag.p95)})"
            + (f", refused {status.refused:,}" if status.refused else "")
        )


def summary_lines(status: Status) -> list[str]:
    """Return what is printed when the run has ended."""
    ledger = status.ledger
    return [
        f"accepted    {ledger.accepted:>12,}",
        f"counted     {ledger.counted:>12,}",
        f"duplicates  {ledger.duplicates:>12,}",
        f"failed      {sum(ledger.failed.values()):>12,}  {_reasons(ledger.failed)}".rstrip(),
        *([f"refused     {status.refused:>12,}  by the producer"] if status.refused else []),
        f"lag         {_seconds(status.lag.p50):>12}  {_tail(status.lag)}",
        *([f"alerts      {status.alerts:>12,}"] if status.alerts else []),
        *_hint(ledger),
    ]


def _hint(ledger: Ledger) -> list[str]:
    if not ledger.accepted or ledger.failed != {"unreadable": ledger.accepted}:
        return []
    return ["Nothing of the input was an event: one JSON object a line is expected."]


def _seconds(lag: float) -> str:
    return f"{lag:.1f} s" if lag else "–"  # noqa: RUF001 - a dash is what stands for no figure


def _tail(lag: LagSummary) -> str:
    return f"median; p95 {_seconds(lag.p95)}, max {_seconds(lag.max)}"


def _reasons(failed: dict[str, int]) -> str:
    return ", ".join(f"{reason} {count:,}" for reason, count in failed.items())


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"


def _top(hashtags: list[tuple[str, int]]) -> RenderableType:
    if not hashtags:
        return Text("no hashtags in the last five minutes yet", "dim")
    table = Table(box=box.SIMPLE_HEAD, title="Top hashtags, 5 minutes", title_justify="left", title_style="dim")
    table.add_column("#", justify="right", style="dim")
    table.add_column("hashtag", max_width=40, overflow="ellipsis", no_wrap=True)
    table.add_column("events", justify="right")
    table.add_column("")
    most = hashtags[0][1]
    for rank, (hashtag, count) in enumerate(hashtags[:TOP_HASHTAGS], 1):
        bar = "█" * max(round(24 * count / most), 1)
        # A hashtag is data: as Text it can't be read as markup, and it loses what would steer the terminal.
        table.add_row(str(rank), Text(_printable(hashtag)), f"{count:,}", Text(bar, "cyan"))
    return table


def _printable(value: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in value)
