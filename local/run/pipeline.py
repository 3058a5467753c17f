"""Runs the whole pipeline on this machine: a source in, trends out, and every event accounted for."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from local.functions.runtime import ArtifactRuntime
from local.run.alerts_inbox import AlertsInbox
from local.run.feed import Feed
from local.run.interruption import Interruption
from local.run.lag import LagMeter
from local.run.report import Ledger, final_ledger, running_ledger, write_report
from local.run.trends_client import ReportingError, TrendsClient
from local.run.view import Status, make_view, summary_lines
from local.showing import View
from local.stack import LocalStack
from penstock.producer import Producer
from penstock.sources import SourceError, open_source

TICK_SECONDS: Final = 0.5
PAST_SECONDS: Final = 10.0
"""How often the windows before the newest are asked while events flow: few late events land there."""
TOP_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 60.0
"""How long nothing may move, with events still on the way, before the run gives up on them; and how long the reporting
API may fail."""
PARAMETERS: Final = {"AlertWindowMinutes": "1", "CorrectionPercent": "1000000"}
"""Where the run's stack differs from the template's defaults. A run is short: windows of five minutes would be compared
with an hour that it does not have. Late events are counted at once, whatever that costs, so that the accounts can be
settled when the run ends."""
SURPLUS_SECONDS: Final = 5.0
"""How long nothing may move before a run with more accounts than events believes it."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What ``python -m local run`` was asked for."""

    template: Path
    directory: Path
    """Where logs of the functions go."""
    source: str
    rate: float | None
    duration: float | None
    once: bool
    repeat: int
    times: Literal["auto", "shift", "keep"]
    seed: int
    report: Path | None
    port: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Values for the template's parameters."""
    sign_in: bool = False
    """Whether callers of the reporting API must sign in."""
    artifacts: Path | None = None
    """Where the functions' packages are, in ``host/``, and in ``runtime/`` what runs them; None runs the source."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended."""

    status: Status
    fault: str | None
    """What went wrong, in one line, or nothing."""
    signal: int | None
    """The signal that ended the run."""


def run(options: RunOptions, console: Console) -> Outcome:
    """Run the pipeline until the source, the duration or an interrupt ends it, then settle the accounts.

    Raises:
        penstock.sources.SourceError: the source can't be read.
        local.stack.StackError: the stack can't be started.
        local.stack.PartFailedError: a part of the running stack has ended by itself.
        local.run.trends_client.ReportingError: the reporting API fails.
        KeyboardInterrupt: at the first interrupt while nothing flows yet, later at the second.
    """
    source = open_source(
        options.source,
        seed=options.seed,
        repeat=options.repeat,
        times=options.times,
        clock=lambda: datetime.now(UTC),
    )
    interruption = Interruption()
    started = datetime.now(UTC)
    with (
        closing(source),
        _started(options, console) as stack,
        # A run that was played to its end has nothing pending. One that broke down waits for no answer.
        _closed_at_once(Producer(stack.outputs["StreamName"], client=stack.client("kinesis", attempts=1))) as producer,
    ):
        trends = TrendsClient(
            stack.url, started=started, dedup_days=stack.dedup_days, authorization=stack.authorization
        )
        inbox = AlertsInbox(stack)
        lag = LagMeter()
        feed = Feed(
            source,
            producer,
            rate=options.rate,
            duration=options.duration,
            accepted=lambda: lag.accepted(time.monotonic()),
        )
        try:
            trends.health()  # a first request, so that the function's cold start is not taken for lag
            interruption.heed()
            with make_view(console) as view:
                phases = Phases(
                    options,
                    interruption=interruption,
                    stack=stack,
                    trends=trends,
                    inbox=inbox,
                    feed=feed,
                    lag=lag,
                    view=view,
                )
                return phases.play(stays_open=source.finite)
        except ReportingError:
            stack.check()  # whose word, where it has one, says more
            raise


def _started(options: RunOptions, console: Console) -> LocalStack:
    if not console.is_terminal:
        console.print("starting the stack …")
    with console.status("starting the stack …"):
        return LocalStack.start(
            template=options.template,
            port=options.port,
            directory=options.directory,
            parameters={**PARAMETERS, **options.parameters},
            sign_in=options.sign_in,
            runtime=None if options.artifacts is None else ArtifactRuntime.of_build(options.artifacts),
        )


@contextmanager
def _closed_at_once(producer: Producer) -> Iterator[Producer]:
    try:
        yield producer
    finally:
        producer.close(timeout=0)


class Phases:
    """The phases of one run: feed, settle, serve, conclude."""

    def __init__(
        self,
        options: RunOptions,
        *,
        interruption: Interruption,
        stack: LocalStack,
        trends: TrendsClient,
        inbox: AlertsInbox,
        feed: Feed,
        lag: LagMeter,
        view: View[Status],
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare to play; `clock` tells seconds, `wait` lets them pass."""
        self._options = options
        self._interruption = interruption
        self._stack = stack
        self._trends = trends
        self._inbox = inbox
        self._feed = feed
        self._lag = lag
        self._view = view
        self._clock = clock
        self._wait = wait
        self._started = self._answered_at = clock()
        self._ledger = Ledger(0, 0, 0)
        self._top: list[tuple[str, int]] = []
        self._top_read = float("-inf")

    def play(self, *, stays_open: bool) -> Outcome:
        """Feed and settle; then, if the run `stays_open` and nobody asked for its end, serve until an interrupt."""
        self._feed.start()
        self._feed_until_end()
        self._settle()
        if stays_open and not self._asked_to_end():
            self._serve()
        return self._conclude()

    def _asked_to_end(self) -> bool:
        asked = self._options.once or self._options.duration is not None or self._interruption.wanted
        return asked or self._feed.error is not None

    def _feed_until_end(self) -> None:
        deadline = self._started + self._options.duration if self._options.duration is not None else None
        while not self._feed.join(0):
            self._observe("feeding")
            if self._interruption.wait(TICK_SECONDS) or (deadline and self._clock() > deadline):
                self._feed.stop()
                break
        while not self._feed.join(TICK_SECONDS):
            self._observe("draining the producer")

    def _settle(self) -> None:
        """Wait until every accepted event is accounted for, or nothing moves any more."""
        ledger = self._observe("waiting for the trends")
        moved = self._clock()
        while ledger.discrepancy():
            # Too few may still come; too many, after a batch that came again, will not become fewer.
            patience = PATIENCE_SECONDS if ledger.accounted < ledger.accepted else SURPLUS_SECONDS
            if self._clock() - moved >= patience:
                return
            self._wait(TICK_SECONDS)
            before, ledger = ledger, self._observe("waiting for the trends")
            if ledger != before:
                moved = self._clock()

    def _serve(self) -> None:
        while not self._interruption.wait(TICK_SECONDS):
            self._observe("source ended; the dashboard stays up until Ctrl-C")

    def _observe(self, phase: str) -> Ledger:
        """Look at everything once and show it; while the reporting API does not answer, show what it said last."""
        self._stack.check()
        if self._interruption.wanted:
            phase += "; Ctrl-C again ends at once"
        now = self._clock()
        try:
            self._ledger = running_ledger(
                self._stack, self._trends, lambda: self._feed.accepted, past_every=PAST_SECONDS
            )
            if now - self._top_read >= TOP_SECONDS:
                self._top, self._top_read = self._trends.top("hashtag", window="5m", limit=10), now
                self._inbox.receive()
        except ReportingError:
            if now - self._answered_at >= PATIENCE_SECONDS:
                raise
            phase += "; the reporting API does not answer"
        except (ClientError, BotoCoreError):
            phase += "; the services do not answer"  # the next check says so where they have ended
        else:
            self._answered_at = self._clock()
            self._lag.answered(self._answered_at, self._ledger.accounted)
        self._view.show(self._status(phase, self._ledger))
        return self._ledger

    def _status(self, phase: str, ledger: Ledger) -> Status:
        return Status(
            phase=phase,
            elapsed=self._clock() - self._started,
            url=self._stack.url,
            endpoint=self._stack.endpoint,
            ledger=ledger,
            refused=self._feed.refused.total(),
            lag=self._lag.summary(),
            top_hashtags=self._top,
            alerts=self._inbox.count,
            newest_alerts=[str(alert) for alert in self._inbox.newest()],
        )

    def _conclude(self) -> Outcome:
        ledger = final_ledger(self._stack, self._trends, self._feed.accepted)
        self._lag.answered(self._clock(), ledger.accounted)
        self._inbox.receive()
        status = self._status("ended", ledger)
        fault = self._fault(ledger)
        if self._options.report:
            try:
                write_report(self._options.report, ledger, status.lag, self._inbox.alerts, self._trends)
            except OSError as error:
                fault = fault or f"the report {self._options.report} could not be written: {error.strerror}"
        return Outcome(status, fault, self._interruption.signal)

    def _fault(self, ledger: Ledger) -> str | None:
        if isinstance(self._feed.error, SourceError) and not self._feed.sent:
            raise self._feed.error
        if self._feed.error:
            return f"the source ended early: {self._feed.error}"
        if self._feed.refused:
            message, count = self._feed.refused.most_common(1)[0]
            return f"the producer refused {self._feed.refused.total():,} events, {count:,} of them with {message}"
        discrepancy = ledger.discrepancy(delivered_again=self._stack.failed_invocations() > 0)
        # Failed events that the run has seen and that are gone may have been erased, as docs/privacy.md lets one do.
        gone = sum(ledger.failed.values()) < sum(self._ledger.failed.values())
        erased = " (or erased meanwhile: docs/privacy.md)" if gone and not ledger.redriven else ""
        return discrepancy and f"{discrepancy}{erased}; logs are in {self._stack.directory}"


def print_outcome(outcome: Outcome, console: Console, report: Path | None) -> None:
    """Print the summary of a run, and where its report is."""
    for line in summary_lines(outcome.status):
        console.print(line, soft_wrap=True, highlight=False, markup=False)
    if report is not None and outcome.fault is None:
        console.print(f"report      {report}", soft_wrap=True, highlight=False, markup=False)
