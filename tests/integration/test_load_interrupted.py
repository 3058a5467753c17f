"""Ctrl-C while a run waits for what is on its way, and a second one."""

from dataclasses import replace

from load.generator.stream import StreamAddress
from load.report.model import Report
from load.runs.run import RunOptions, run
from load.runs.status import Status
from load.runs.stub_target import StubTarget
from load.workload.parsing import parse_profile
from tests.integration.test_load_counted import Counted

OPTIONS = RunOptions(
    profile=parse_profile("steady:100", 1.0),
    warm_up_seconds=0.0,
    arrivals="even",
    probe_seconds=None,
    settle_seconds=6.0,
)
ANSWERS = "waiting for the last answers of the stream"
COUNTING = "waiting for the last events to be counted"


class Unreachable(StubTarget):
    """A stream that nobody answers for, so that the SDK tries again and again."""

    @property
    def address(self) -> StreamAddress:
        return StreamAddress("events", endpoint="http://127.0.0.1:9")


class User:
    """Wants the run to end once it shows one of these phases; interrupts again at the second of them."""

    def __init__(self, *phases: str) -> None:
        self._phases = list(phases)
        self.wanted = False
        self.shown_since = 0

    def see(self, status: Status) -> None:
        self.shown_since += self.wanted
        if self._phases and status.phase == self._phases[0]:
            del self._phases[0]
            if self.wanted:
                raise KeyboardInterrupt
            self.wanted = True


def unknown(report: Report) -> list[str]:
    return [each.text for each in report.findings if "had no known outcome" in each.text]


def test_the_first_one_after_the_profiles_end_ends_the_wait_for_events_to_be_counted() -> None:
    user = User(COUNTING)
    report = run(OPTIONS, Counted(0, 7), show=user.see, wish=user)
    assert (report.ended, report.partial, report.events.counted) == ("time", False, 7)
    assert user.shown_since <= 1
    assert unknown(report) == []


def test_the_first_one_after_the_profiles_end_ends_the_wait_for_the_streams_answers() -> None:
    user = User(ANSWERS)
    report = run(OPTIONS, Unreachable(1), show=user.see, wish=user)
    assert (report.ended, report.partial, report.events.accepted) == ("time", False, 0)
    assert user.shown_since <= 1
    (text,) = unknown(report)
    assert text.startswith("100 of 100 events sent")


def test_a_second_one_ends_all_waits_and_the_report_says_how_many_outcomes_are_not_known() -> None:
    user = User("measuring", ANSWERS)
    options = replace(OPTIONS, profile=parse_profile("steady:1000", 60.0))
    report = run(options, Unreachable(1), show=user.see, wish=user)
    assert (report.ended, report.partial, report.events.accepted) == ("interrupt", True, 0)
    assert user.shown_since <= 2
    (text,) = unknown(report)
    assert "neither accepted ones nor put latencies" in text


def test_in_its_warm_up_it_leaves_a_report_of_the_warm_up_that_passed_and_no_time_is_below_0_any_more() -> None:
    user = User("warming up", ANSWERS)
    shown: list[Status] = []

    def see(status: Status) -> None:
        shown.append(status)
        if status.at > -59.0:  # when there are events to wait for
            user.see(status)

    report = run(replace(OPTIONS, warm_up_seconds=60.0), Unreachable(1), show=see, wish=user)
    assert (report.ended, report.partial, report.workload.seconds) == ("interrupt", True, 0.0)
    assert 1 <= report.workload.warm_up_seconds < 30
    assert shown[0].at < 0
    assert (shown[-1].phase, shown[-1].at) == (ANSWERS, 0.0)


def test_without_a_warm_up_none_is_shown() -> None:
    user = User("measuring")
    shown: list[str] = []

    def see(status: Status) -> None:
        shown.append(status.phase)
        user.see(status)

    run(OPTIONS, StubTarget(1), show=see, wish=user)
    assert "measuring" in shown
    assert "warming up" not in shown
