"""The census counts by day and reason."""

from consumers.failed_events import Reason
from consumers.redrive.census import Census
from tests.unit.consumers.redrive.failures import ARRIVED, ARRIVED_MS, a_failed_event


def test_failed_events_come_first_then_discarded_batches() -> None:
    census = Census()
    census.count_batch("2026-11-20", "RecordAgeExceeded", 70, ("2026-11-19T01", "2026-11-19T02"), redriven=True)
    census.count_batch("2026-11-20", "RecordAgeExceeded", 30, ("2026-11-18T01", "2026-11-18T02"), redriven=False)
    census.count(a_failed_event(), redriven=True)
    census.count(a_failed_event(arrived_ms=ARRIVED_MS - 1_000), redriven=False)
    census.count(a_failed_event(reason=Reason.FUTURE), redriven=False)
    future, invalid, batches = (row.as_dict() for row in census.rows())
    assert (future["reason"], future["events"], future["redriven"]) == ("future", 1, 0)
    assert invalid == {
        "day": "2026-11-21",
        "reason": "invalid",
        "events": 2,
        "redriven": 1,
        "oldest": "2026-11-21T09:30:09.500+00:00",
        "newest": ARRIVED,
        "discarded_batches": 0,
    }
    assert batches == {
        "day": "2026-11-20",
        "reason": "RecordAgeExceeded",
        "events": 100,
        "redriven": 70,
        "oldest": "2026-11-18T01",
        "newest": "2026-11-19T02",
        "discarded_batches": 2,
    }
