"""What ingest tells of a batch is enough to see what it cost, how late it was and who is hot, and names nobody."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from consumers.failed_events import Reason
from consumers.ingest.ingest import Hottest, Result
from consumers.ingest.observation import HOT_EVENTS, METRICS, Delays, delays, is_hot, line_of, metrics_of
from consumers.ingest.tally import Tally
from consumers.metering import Units

RESULT = Result(
    records=2,
    events=9,
    tally=Tally(5, 1, Counter({Reason.FUTURE: 2, Reason.INVALID: 1})),
    addresses=3,
    segments=4,
    refused=1,
    errors=Counter({"ThrottlingException": 2}),
    hottest=Hottest(3, 8, 4, 4 / 6),
    checkpoint=None,
)


def a_batch(*arrivals: float) -> dict[str, Any]:
    return {
        "Records": [
            {"kinesis": {"sequenceNumber": str(9 + number), "approximateArrivalTimestamp": arrived}}
            for number, arrived in enumerate(arrivals)
        ]
    }


def test_every_listed_metric_has_a_value() -> None:
    told = metrics_of(RESULT, Units(6.0, 2.5), Delays(1_500, 200))
    assert list(told) == [metric.name for metric in METRICS]
    assert told == {
        "RecordsReceived": 2,
        "EventsReceived": 9,
        "EventsFolded": 5,
        "DuplicatesDropped": 1,
        "FailedEvents": 3,
        "SegmentsWritten": 4,
        "SegmentsRefused": 1,
        "WritesFailed": 2,
        "WriteUnits": 6.0,
        "ReadUnits": 2.5,
        "ArrivalToLog": 1_500,
        "HottestKeyGroupShare": pytest.approx(100 * 4 / 6),
    }


def test_a_batch_without_events_has_no_hottest_key_group() -> None:
    nothing = replace(RESULT, hottest=None)
    assert metrics_of(nothing, Units(0, 0), Delays(None, None))["HottestKeyGroupShare"] is None
    assert line_of(nothing, Units(0, 0), Delays(None, None))["hottest_key_group"] is None
    assert not is_hot(nothing)


def test_the_log_line_names_the_hottest_key_group_and_its_share() -> None:
    line = line_of(RESULT, Units(6.0, 2.5), Delays(1_500, 200))
    assert (line["hottest_key_group"], line["hottest_key_group_share"]) == ("3/8", 0.667)
    assert (line["arrival_to_log_ms"], line["iterator_age_ms"]) == (1_500, 200)


@pytest.mark.parametrize(
    ("events", "share", "hot"),
    [(HOT_EVENTS, 0.5, True), (HOT_EVENTS - 1, 1.0, False), (100 * HOT_EVENTS, 0.49, False)],
)
def test_a_key_group_is_hot_where_it_has_many_events_and_half_of_the_batch(
    events: int, share: float, hot: bool
) -> None:
    assert is_hot(replace(RESULT, hottest=Hottest(3, 8, events, share))) is hot


def test_delays_are_of_the_oldest_record_at_the_end_and_of_the_newest_at_the_beginning() -> None:
    batch = a_batch(100.0, 101.0, 102.5)
    assert delays(batch, None, began=103.0, now=104.25) == Delays(4_250, 500)


def test_a_first_record_that_comes_again_is_not_in_the_log_yet() -> None:
    batch = a_batch(100.0, 101.0)
    assert delays(batch, 9, began=102.0, now=103.0) == Delays(None, 1_000)
    assert delays(batch, 10, began=102.0, now=103.0) == Delays(3_000, 1_000)


def test_a_clock_behind_that_of_kinesis_makes_no_negative_delay() -> None:
    assert delays(a_batch(100.0), None, began=99.0, now=99.5) == Delays(0, 0)
    assert delays({"Records": []}, None, began=99.0, now=99.5) == Delays(None, None)
