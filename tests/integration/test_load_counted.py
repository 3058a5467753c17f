"""A run says how many of its events the reporting API counts in the end."""

from dataclasses import replace
from typing import Any

import pytest

from load.runs.run import Never, RunOptions, run
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


def test_copies_are_not_waited_for_nor_are_those_of_the_warm_up_taken_from_what_is_counted() -> None:
    shape = replace(OPTIONS.shape, duplicates=0.5)
    options = replace(OPTIONS, shape=shape, warm_up_seconds=1.0, settle_seconds=30.0)
    # Of 200 events of the warm-up and 400 measured ones about half are distinct, as many as are drawn.
    report = run(options, Counted(0, 370), show=lambda _: None, wish=Never())
    assert report.events.accepted == pytest.approx(400, abs=10)
    assert report.events.counted == pytest.approx(270, abs=45)

    report = run(replace(options, settle_seconds=0.0), Counted(0, 200), show=lambda _: None, wish=Never())
    assert report.events.counted == pytest.approx(100, abs=45)
    (text,) = (finding.text for finding in report.findings if "counted" in finding.text)
    assert "accepted events were not counted yet" in text
    assert int(text.split(" of ")[1].split()[0]) == pytest.approx(200, abs=45)
