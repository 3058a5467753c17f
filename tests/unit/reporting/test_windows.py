"""Windows and series are whole UTC buckets, the current one included."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.tables import Level
from reporting.windows import (
    MAX_POINTS,
    Span,
    SpanError,
    Window,
    format_milliseconds,
    format_seconds,
    parse_instant,
    series_span,
    window_span,
)

NOW = datetime(2026, 4, 29, 12, 34, 56, 789_000, UTC)
instants = st.timedeltas(timedelta(), timedelta(days=1_029 * 365)).map(
    lambda age: datetime(1970, 1, 1, tzinfo=UTC) + age
)


def written(span: Span) -> tuple[str, str]:
    return format_seconds(span.start), format_seconds(span.end)


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (Window.FIVE_MINUTES, "2026-04-29T12:30:00Z", "2026-04-29T12:35:00Z"),
        (Window.HOUR, "2026-04-29T11:35:00Z", "2026-04-29T12:35:00Z"),
        (Window.DAY, "2026-04-28T13:00:00Z", "2026-04-29T13:00:00Z"),
    ],
)
def test_a_window_ends_with_the_bucket_that_now_is_in(window: Window, start: str, end: str) -> None:
    assert written(window_span(window, None, NOW)) == (start, end)


def test_the_first_instant_of_a_bucket_is_in_it() -> None:
    on_the_minute = NOW.replace(second=0, microsecond=0)
    assert written(window_span(Window.HOUR, None, on_the_minute)) == ("2026-04-29T11:35:00Z", "2026-04-29T12:35:00Z")


def test_an_end_on_a_boundary_stays() -> None:
    end = parse_instant("2026-04-29T12:34:00Z")
    assert written(window_span(Window.HOUR, end, NOW)) == ("2026-04-29T11:34:00Z", "2026-04-29T12:34:00Z")


def test_an_end_within_a_bucket_rounds_up_by_the_microsecond() -> None:
    end = parse_instant("2026-04-29T12:34:00.000001Z")
    assert window_span(Window.HOUR, end, NOW).end == window_span(Window.HOUR, None, NOW).end


@given(st.sampled_from(Window), instants)
def test_an_end_lies_in_the_last_bucket_of_its_window(window: Window, end: datetime) -> None:
    span = window_span(window, end, NOW)
    assert span.end - span.start == window.seconds
    assert span.end % window.level.seconds == 0
    assert timedelta() <= parse_instant(format_seconds(span.end)) - end < timedelta(seconds=window.level.seconds)


@pytest.mark.parametrize(
    ("granularity", "start", "end"),
    [
        (Level.MINUTE, "2026-04-29T11:35:00Z", "2026-04-29T12:35:00Z"),
        (Level.HOUR, "2026-04-28T13:00:00Z", "2026-04-29T13:00:00Z"),
        (Level.DAY, "2026-03-31T00:00:00Z", "2026-04-30T00:00:00Z"),
    ],
)
def test_a_series_has_60_minutes_24_hours_or_30_days_by_default(granularity: Level, start: str, end: str) -> None:
    assert written(series_span(granularity, None, None, NOW)) == (start, end)


def test_a_series_starts_with_the_bucket_of_its_start_and_ends_with_that_of_its_end() -> None:
    start, end = parse_instant("2026-04-29T10:59:59Z"), parse_instant("2026-04-29T11:00:01Z")
    assert written(series_span(Level.HOUR, start, end, NOW)) == ("2026-04-29T10:00:00Z", "2026-04-29T12:00:00Z")


def test_a_series_has_at_most_1500_points() -> None:
    start = NOW - timedelta(minutes=MAX_POINTS - 1)
    assert written(series_span(Level.MINUTE, start, None, NOW))[0] == "2026-04-28T11:35:00Z"
    with pytest.raises(SpanError, match="at most 1500 points, not 1501"):
        series_span(Level.MINUTE, start - timedelta(minutes=1), None, NOW)


def test_a_series_starts_before_its_end() -> None:
    with pytest.raises(SpanError, match=r"before the end, 2026-04-29T12:35:00Z"):
        series_span(Level.MINUTE, NOW + timedelta(minutes=1), None, NOW)


def test_instants_may_have_any_offset() -> None:
    two_hours = timezone(timedelta(hours=2))
    assert parse_instant("2026-04-29T11:30:00+02:00") == datetime(2026, 4, 29, 11, 30, tzinfo=two_hours)
    assert parse_instant("2026-04-29t09:30:00.25z") == datetime(2026, 4, 29, 9, 30, 0, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1761730200",
        "2026-04-29",
        "2026-04-29T09:30:00",
        "2026-04-29T09:30:00 02:00",
        "2026-W47-7T11:00:00Z",
        "20260429T093000Z",
        "2026-04-29T09:30Z",
        "2026-04-29 09:30:00Z",
        "2026-04-29T09:30:00,5Z",
        "2026-04-29T09:30:00+02",
        "2026-04-29T09:30:00Z\n",
        "2026-04-29T09:30:0\u0660Z",
        "2026-02-30T09:30:00Z",
        "1969-12-31T23:59:59Z",
        "3000-01-01T00:00:01Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_what_is_no_instant_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="like 2026-04-29T09:30:00Z"):
        parse_instant(text)


def test_instants_are_written_in_utc_with_a_z() -> None:
    assert format_seconds(1_777_455_000) == "2026-04-29T09:30:00Z"
    assert format_milliseconds(1_777_455_012_345) == "2026-04-29T09:30:12.345Z"
    assert format_milliseconds(1_777_455_012_000) == "2026-04-29T09:30:12.000Z"


def test_a_window_that_starts_before_1970_can_be_written() -> None:
    assert written(window_span(Window.DAY, parse_instant("1970-01-01T00:00:00Z"), NOW)) == (
        "1969-12-31T00:00:00Z",
        "1970-01-01T00:00:00Z",
    )
