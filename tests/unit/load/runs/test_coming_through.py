"""A probe comes through when each of its events is counted once, in time."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from load.runs.coming_through import NotThroughError, come_through
from load.runs.reporting_api import ReportingApiError
from penstock import SocialEvent

NOW = datetime(2026, 11, 22, 15, 0, 30, tzinfo=UTC)


class Pipeline:
    """A producer and an API, in which events count after some questions."""

    def __init__(self, counts: list[int | Exception]) -> None:
        self.put_events: list[SocialEvent] = []
        self.asked: list[tuple[str, tuple[str, ...], str]] = []
        self.seconds = 0.0
        self._counts: Iterator[int | Exception] = iter(counts)

    def put(self, event: SocialEvent) -> None:
        self.put_events.append(event)

    def flush(self, timeout: float | None = None) -> None:
        assert timeout == 10.0

    def totals(self, dimension: str, values: list[str], *, start: str) -> dict[str, int]:
        self.asked.append((dimension, tuple(values), start))
        count = next(self._counts)
        if isinstance(count, Exception):
            raise count
        return dict.fromkeys(values, count)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def come_through(self) -> float:
        found = come_through(self, self, events=3, within=10.0, clock=lambda: self.seconds, wait=self.wait, now=NOW)
        assert (found.events, found.hashtag) == (3, self.put_events[0].hashtags[0])
        return found.seconds


def test_each_event_is_sent_twice_and_asked_for_by_its_hashtag() -> None:
    pipeline = Pipeline([0, 2, 3])
    assert pipeline.come_through() == 1.0
    ids = [event.event_id for event in pipeline.put_events]
    assert (len(ids), len(set(ids))) == (6, 3)
    (hashtags,) = {tuple(event.hashtags) for event in pipeline.put_events}
    assert set(pipeline.asked) == {("hashtag", hashtags, "2026-11-22T15:00:30+00:00")}


def test_an_answer_that_fails_is_asked_for_again() -> None:
    assert Pipeline([ReportingApiError("502"), 3]).come_through() == 0.5


def test_what_counts_twice_has_not_come_through() -> None:
    with pytest.raises(NotThroughError, match="3 events, each sent twice, count as 6"):
        Pipeline([6]).come_through()


def test_what_comes_too_late_has_not_come_through() -> None:
    with pytest.raises(NotThroughError, match="2 of 3 events came through in 10 s; docs/runbook"):
        Pipeline([2] * 30).come_through()


def test_why_nothing_was_answered_is_said() -> None:
    with pytest.raises(NotThroughError, match="0 of 3 events came through in 10 s; it answered 502;"):
        Pipeline([ReportingApiError("it answered 502")] * 30).come_through()
