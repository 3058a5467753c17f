"""How a run ends, and with which word: phases over fakes, in time that passes only where the run waits."""

import io
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from local.run import pipeline
from local.run.alerts_inbox import AlertsInbox
from local.run.feed import Feed
from local.run.interruption import Interruption
from local.run.lag import LagMeter
from local.run.pipeline import Outcome, Phases, RunOptions
from local.run.report import Ledger
from local.run.trends_client import ReportingError, TrendsClient
from local.run.view import LineView
from local.stack import LocalStack, PartFailedError
from penstock.sources import SourceError


@dataclass
class World:
    """What a run sees, and the time."""

    ledgers: list[Ledger]
    """By observation; the last one stays."""
    settled: Ledger | None = None
    """At the end, where it differs from the last observation."""
    feed_ticks: int = 0
    """How often the feed is found still feeding."""
    source_error: Exception | None = None
    refused: Counter[str] = field(default_factory=Counter)
    interrupt_at: float | None = None
    failing_from: float | None = None
    failed_invocations: int = 0
    part_failure: Exception | None = None
    now: float = 0.0
    stopped: bool = False

    def clock(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class FakeFeed:
    def __init__(self, world: World) -> None:
        self.world = world
        self.accepted = world.ledgers[-1].accepted
        self.sent = self.accepted
        self.error = world.source_error
        self.refused = world.refused

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        self.world.stopped = True

    def join(self, timeout: float) -> bool:
        self.world.now += timeout
        self.world.feed_ticks -= 1
        return self.world.feed_ticks < 0 or self.world.stopped


class FakeInterruption:
    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def wanted(self) -> bool:
        return self.world.interrupt_at is not None and self.world.now >= self.world.interrupt_at

    @property
    def signal(self) -> int | None:
        return signal.SIGINT if self.wanted else None

    def wait(self, seconds: float) -> bool:
        self.world.now += seconds
        return self.wanted


class FakeStack:
    url = "http://127.0.0.1:0"
    endpoint = "http://127.0.0.1:1"
    directory = Path("logs")

    def __init__(self, world: World) -> None:
        self.world = world

    def check(self) -> None:
        if self.world.part_failure:
            raise self.world.part_failure

    def failed_invocations(self) -> int:
        return self.world.failed_invocations


class FakeTrends:
    def top(self, dimension: str, *, window: str, limit: int) -> list[tuple[str, int]]:
        return [(f"{dimension} of {window}", limit)]


class FakeInbox:
    count = 0
    alerts: tuple[()] = ()

    def receive(self) -> None:
        """Nothing comes."""

    def newest(self) -> list[str]:
        return []


Play = Callable[..., Outcome]


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Play:
    def run(world: World, *, stays_open: bool = False, **options: Any) -> Outcome:  # noqa: ANN401 - as options are typed
        def observed(*_: object, **__: object) -> Ledger:
            if world.failing_from is not None and world.now >= world.failing_from:
                raise ReportingError("/v1/trends/kind answered 502")
            return world.ledgers.pop(0) if len(world.ledgers) > 1 else world.ledgers[0]

        monkeypatch.setattr(pipeline, "running_ledger", observed)
        monkeypatch.setattr(pipeline, "final_ledger", lambda *_: world.settled or world.ledgers[-1])
        monkeypatch.setattr(pipeline, "write_report", lambda path, *_: path.write_text("{}"))
        asked: dict[str, Any] = {
            "template": Path(), "directory": Path("logs"), "source": "demo", "rate": None, "duration": None,
            "once": False, "repeat": 1, "times": "auto", "seed": 0, "report": None, "port": 0,
        }  # fmt: skip
        return Phases(
            RunOptions(**asked | options),
            interruption=cast("Interruption", FakeInterruption(world)),
            stack=cast("LocalStack", FakeStack(world)),
            trends=cast("TrendsClient", FakeTrends()),
            inbox=cast("AlertsInbox", FakeInbox()),
            feed=cast("Feed", FakeFeed(world)),
            lag=LagMeter(),
            view=LineView(Console(file=io.StringIO())),
            clock=world.clock,
            wait=world.wait,
        ).play(stays_open=stays_open)

    return run


DONE = Ledger(accepted=10, counted=8, duplicates=1, failed={"invalid": 1})
ON_THE_WAY = Ledger(accepted=10, counted=3, duplicates=0)
TOO_MANY = Ledger(accepted=10, counted=9, duplicates=4)


def test_a_run_that_accounts_for_everything_has_no_fault(play: Play) -> None:
    outcome = play(World([ON_THE_WAY, ON_THE_WAY, DONE]), once=True)
    assert (outcome.fault, outcome.signal) == (None, None)
    assert outcome.status.ledger == DONE


def test_events_that_do_not_come_are_waited_for_and_then_said_to_be_missing(play: Play) -> None:
    world = World([ON_THE_WAY])
    outcome = play(world, once=True)
    assert (outcome.fault or "").startswith("7 events are missing: accepted 10, counted 3")
    assert "logs" in (outcome.fault or "")
    assert pipeline.PATIENCE_SECONDS <= world.now < pipeline.PATIENCE_SECONDS + 5


def test_failed_events_that_are_gone_in_the_end_may_have_been_erased(play: Play) -> None:
    erased = play(World([DONE], settled=Ledger(accepted=10, counted=8, duplicates=1)), once=True)
    assert "1 event is missing" in (erased.fault or "")
    assert "(or erased meanwhile: docs/privacy.md); logs" in (erased.fault or "")
    assert "erased" not in (play(World([ON_THE_WAY]), once=True).fault or "")


def test_patience_begins_anew_whenever_something_moves(play: Play) -> None:
    slow = [Ledger(accepted=10, counted=count, duplicates=0) for count in range(8) for _ in range(100)]
    world = World([*slow, DONE])
    assert play(world, once=True).fault is None
    assert world.now > 5 * pipeline.PATIENCE_SECONDS


def test_too_many_accounts_are_a_fault_without_a_long_wait(play: Play) -> None:
    world = World([TOO_MANY])
    assert (play(world, once=True).fault or "").startswith("3 events are too many")
    assert world.now < pipeline.PATIENCE_SECONDS


def test_a_batch_that_came_again_explains_surplus_duplicates(play: Play) -> None:
    assert play(World([TOO_MANY], failed_invocations=1), once=True).fault is None


def test_events_that_the_producer_refused_are_a_fault(play: Play) -> None:
    outcome = play(World([DONE], refused=Counter({"EventTooLargeError: 2 MB": 3})), once=True)
    assert outcome.fault == "the producer refused 3 events, 3 of them with EventTooLargeError: 2 MB"


def test_a_source_that_breaks_midway_is_a_fault_and_does_not_stay_open(play: Play) -> None:
    outcome = play(World([DONE], source_error=ValueError("gone")), stays_open=True)
    assert outcome.fault == "the source ended early: gone"


def test_a_source_that_gives_nothing_is_bad_input(play: Play) -> None:
    with pytest.raises(SourceError, match="empty"):
        play(World([Ledger(0, 0, 0)], source_error=SourceError("the file is empty")))


def test_an_interrupt_ends_the_feed_settles_and_is_told(play: Play) -> None:
    world = World([ON_THE_WAY, ON_THE_WAY, DONE], feed_ticks=1_000, interrupt_at=3.0)
    outcome = play(world, stays_open=True)
    assert (outcome.signal, outcome.fault, world.stopped) == (signal.SIGINT, None, True)


def test_a_file_that_ended_stays_on_show_until_an_interrupt(play: Play) -> None:
    world = World([DONE], interrupt_at=500.0)
    assert play(world, stays_open=True).signal == signal.SIGINT
    assert world.now >= 500.0


def test_the_duration_ends_a_source_that_waits(play: Play) -> None:
    world = World([DONE], feed_ticks=10_000)
    assert play(world, duration=20.0).fault is None
    assert world.stopped
    assert 20.0 <= world.now < 25.0


def test_an_api_that_is_silent_for_a_while_does_not_end_the_run(play: Play) -> None:
    world = World([ON_THE_WAY, DONE], feed_ticks=20, failing_from=2.0)
    world.interrupt_at = None

    def recover(seconds: float) -> None:
        world.now += seconds
        if world.now > 20:
            world.failing_from = None

    world.wait = recover  # type: ignore[method-assign] # the fault ends while the run waits
    assert play(world, once=True).fault is None


def test_an_api_that_stays_silent_ends_it(play: Play) -> None:
    world = World([ON_THE_WAY], feed_ticks=10_000, failing_from=0.0)
    with pytest.raises(ReportingError):
        play(world)
    assert world.now >= pipeline.PATIENCE_SECONDS


def test_a_part_that_has_ended_ends_the_run(play: Play) -> None:
    with pytest.raises(PartFailedError):
        play(World([DONE], part_failure=PartFailedError("the services are gone")))


def test_a_report_that_cannot_be_written_is_a_fault_after_the_accounts(play: Play, tmp_path: Path) -> None:
    outcome = play(World([DONE]), once=True, report=tmp_path)
    assert outcome.status.ledger == DONE
    assert "could not be written" in (outcome.fault or "")
    assert play(World([DONE]), once=True, report=tmp_path / "report.json").fault is None
