"""Ingest is measured with new, good events, as many as are said."""

from consumers.ingest.decode import decode
from consumers.ingest.validate import validate
from consumers.pane_log.fold import fingerprint, fold
from consumers.schedule import DAY, Schedule
from tests.benchmarks.ingest.workload import SCHEDULE, Item, aggregated, make_items, plain

ITEMS = make_items(0, 2_500)


def marks_of(items: list[Item], size: int) -> list[bytes]:
    marks = []
    for batch in aggregated(items, size):
        deliveries, damaged = decode(batch)
        events, failed = validate(deliveries, 7 * DAY)
        assert damaged == failed == []
        assert len(events) <= size
        assert len(fold(events, Schedule.parse(SCHEDULE))) == 8
        marks += [fingerprint(event) for event in events]
    return marks


def test_a_round_holds_each_event_once_whatever_the_size_of_its_batches() -> None:
    marks = marks_of(ITEMS, 1_000)
    assert len(set(marks)) == len(marks) == len(ITEMS)
    assert marks_of(ITEMS, 2_500) == marks


def test_no_round_has_the_events_of_another() -> None:
    assert not set(marks_of(ITEMS[:500], 500)) & set(marks_of(make_items(500, 500), 500))


def test_events_of_the_same_numbers_are_the_same() -> None:
    assert make_items(100, 200) == ITEMS[100:300]


def test_plain_records_hold_the_same_events() -> None:
    deliveries, _ = decode(plain(ITEMS))
    assert [payload for delivery in deliveries for payload in delivery.payloads] == [item.data for item in ITEMS]


def test_there_are_three_hashtags_for_two_events() -> None:
    events, _ = validate(decode(plain(ITEMS))[0], 7 * DAY)
    # Both draws of an event can give the same hashtag, which then counts once.
    assert 1.4 < sum(len(event.hashtags) for event in events) / len(events) <= 1.5
