"""A run says how many of its events the reporting API counts in the end."""

from dataclasses import replace
from typing import Any

import pytest

from load.runs.run import RunOptions, run
from load.runs.stub_target import StubTarget
from load.workload.parsing import parse_profile

OPTIONS = RunOptions(
    profile=parse_profile("steady:200", 2.0),
    warm_up_seconds=0.0,
    arrivals="even",
    probe_seconds=None,
    settle_seconds=0.6,
)


class Counting:
    """A reporting API that counts so many events, one answer after the other; the last one stays."""

    def __init__(self, *totals: int) -> None:
        self._totals = list(totals)

    def loaded(self, *, start: str) -> int:
        assert start.endswith("+00:00")
        return self._totals.pop(0) if len(self._totals) > 1 else self._totals[0]


class Counted(StubTarget):
    """A stubbed stream whose events are counted."""

    def __init__(self, *totals: int) -> None:
        super().__init__(2)
        self._api = Counting(*totals)

    def api(self) -> Any:  # noqa: ANN401 - as much of a client as is asked
        return self._api


class Never:
    """Nobody wants the run to end."""

    wanted = False


@pytest.mark.parametrize(("totals", "counted"), [((7, 7, 107, 407), 400), ((0, 390), 390), ((0, 450), 450)])
def test_what_is_counted_is_waited_for_and_told(totals: tuple[int, ...], counted: int) -> None:
    report = run(OPTIONS, Counted(*totals), show=lambda _: None, wish=Never())

    # 400 are accepted, but for those that a machine is too slow to send in time: they are not counted either.
    accepted = report.events.accepted
    assert report.events.counted == pytest.approx(counted - (400 - accepted), abs=5)
    counted = report.events.counted or 0
    texts = [finding.text for finding in report.findings if "counted" in finding.text]
    if accepted > counted:
        assert texts[0].startswith(f"{accepted - counted} of {accepted} accepted events were not counted yet")
    elif accepted < counted:
        assert texts[0].startswith(f"{counted - accepted} more events are counted than were accepted")
    else:
        assert texts == []


def test_copies_are_not_waited_for() -> None:
    options = replace(OPTIONS, shape=replace(OPTIONS.shape, duplicates=0.5))
    report = run(options, Counted(0, 300), show=lambda _: None, wish=Never())
    assert report.events.counted == pytest.approx(300 - (400 - report.events.accepted), abs=5)
    assert not any("counted" in finding.text for finding in report.findings)
