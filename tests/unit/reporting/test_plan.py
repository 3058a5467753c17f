"""A plan reads each moment once, from the coarsest closed level that fits."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.sweep.sweep import MOST_CLOSED
from consumers.tables import Level
from reporting.plan import CLOSED_AT_ONCE, Closed, Range, Read, plan, ranges
from reporting.windows import Span

MINUTE, HOUR, DAY = 60, 3_600, 86_400
MIDNIGHT = 1_777_420_800  # 2026-04-29T00:00:00Z
NOON = MIDNIGHT + 12 * HOUR


def test_open_hours_are_read_from_minutes() -> None:
    span = Span(NOON - 2 * HOUR, NOON + HOUR)
    assert plan(span, Closed()) == [Read(Level.MINUTE, *span)]


def test_closed_hours_are_read_from_hours_and_those_consistently_that_one_sweep_may_have_closed() -> None:
    assert plan(Span(NOON - 51 * HOUR, NOON + HOUR), Closed(hour=NOON), Level.HOUR) == [
        Read(Level.HOUR, NOON - 51 * HOUR, NOON - 48 * HOUR),
        Read(Level.HOUR, NOON - 48 * HOUR, NOON, consistent=True),
        Read(Level.MINUTE, NOON, NOON + HOUR),
    ]


def test_hours_of_long_ago_need_no_consistent_read() -> None:
    assert plan(Span(NOON - 50 * HOUR, NOON - 48 * HOUR), Closed(hour=NOON)) == [
        Read(Level.HOUR, NOON - 50 * HOUR, NOON - 48 * HOUR)
    ]


def test_as_many_are_read_consistently_as_a_sweep_closes() -> None:
    assert CLOSED_AT_ONCE == MOST_CLOSED


def test_parts_of_closed_hours_are_read_from_minutes() -> None:
    assert plan(Span(NOON - 90 * MINUTE, NOON - 30 * MINUTE), Closed(hour=NOON)) == [
        Read(Level.MINUTE, NOON - 90 * MINUTE, NOON - 30 * MINUTE)
    ]


def test_closed_days_are_read_from_days_with_hours_and_minutes_around_them() -> None:
    span = Span(MIDNIGHT - DAY - HOUR, NOON + 5 * MINUTE)
    assert plan(span, Closed(hour=NOON, day=MIDNIGHT)) == [
        Read(Level.HOUR, MIDNIGHT - DAY - HOUR, MIDNIGHT - DAY, consistent=True),
        Read(Level.DAY, MIDNIGHT - DAY, MIDNIGHT, consistent=True),
        Read(Level.HOUR, MIDNIGHT, NOON, consistent=True),
        Read(Level.MINUTE, NOON, NOON + 5 * MINUTE),
    ]


def test_a_series_of_hours_is_not_read_from_days() -> None:
    levels = {read.level for read in plan(Span(MIDNIGHT - DAY, MIDNIGHT), Closed(NOON, MIDNIGHT), Level.HOUR)}
    assert levels == {Level.HOUR}


@given(
    st.integers(0, 4 * DAY // MINUTE),
    st.integers(1, 4 * DAY // MINUTE),
    st.integers(0, 8 * 24),
    st.integers(0, 8),
    st.sampled_from(Level),
)
def test_each_moment_is_read_once_and_from_closed_items_only(
    start: int, length: int, hours: int, days: int, coarsest: Level
) -> None:
    closed = Closed(hours * HOUR, days * DAY)
    span = Span(start * MINUTE, (start + length) * MINUTE)
    reads = plan(span, closed, coarsest)

    edges = [edge for read in reads for edge in (read.start, read.end)]
    assert edges[0] == span.start
    assert edges[-1] == span.end
    assert edges[1:-1:2] == edges[2:-1:2]  # each begins where the one before ends
    for read in reads:
        assert read.start < read.end
        assert read.start % read.level.seconds == read.end % read.level.seconds == 0
        assert read.level.seconds <= coarsest.seconds
        if read.level is Level.HOUR:
            assert read.end <= closed.hour
        if read.level is Level.DAY:
            assert read.end <= closed.day


def test_a_read_becomes_one_query_for_each_partition_and_bucket() -> None:
    read = Read(Level.MINUTE, NOON - 2 * MINUTE, NOON + MINUTE)
    assert ranges([read], lambda _: (1, 2)) == [
        Range(Level.MINUTE, 1, NOON - 2 * MINUTE, NOON, consistent=False),
        Range(Level.MINUTE, 2, NOON - 2 * MINUTE, NOON, consistent=False),
        Range(Level.MINUTE, 1, NOON, NOON + MINUTE, consistent=False),
        Range(Level.MINUTE, 2, NOON, NOON + MINUTE, consistent=False),
    ]


def test_a_day_with_more_buckets_is_asked_for_all_of_them() -> None:
    read = Read(Level.HOUR, MIDNIGHT - HOUR, MIDNIGHT + HOUR, consistent=True)
    buckets = ranges([read], lambda start: (1,) if start < MIDNIGHT else (1, 2))
    assert buckets == [
        Range(Level.HOUR, 1, MIDNIGHT - HOUR, MIDNIGHT, consistent=True),
        Range(Level.HOUR, 1, MIDNIGHT, MIDNIGHT + HOUR, consistent=True),
        Range(Level.HOUR, 2, MIDNIGHT, MIDNIGHT + HOUR, consistent=True),
    ]


def test_a_value_that_changes_its_bucket_within_a_month_is_looked_for_in_both() -> None:
    read = Read(Level.DAY, MIDNIGHT - 2 * DAY, MIDNIGHT)
    assert ranges([read], lambda start: (3,) if start < MIDNIGHT - DAY else (7,)) == [
        Range(Level.DAY, 3, MIDNIGHT - 2 * DAY, MIDNIGHT - DAY, consistent=False),
        Range(Level.DAY, 7, MIDNIGHT - DAY, MIDNIGHT, consistent=False),
    ]


def test_time_before_1970_has_no_items() -> None:
    assert ranges([Read(Level.MINUTE, -3 * MINUTE, MINUTE)], lambda _: (0,)) == [
        Range(Level.MINUTE, 0, 0, MINUTE, consistent=False)
    ]
