"""A span is two times in order; its hours are those it touches."""

import pytest

from consumers.rebuild.span import Span, SpanError


def test_dates_mean_midnight_and_offsets_are_read() -> None:
    span = Span.parse("2026-11-21", "2026-11-21T11:30:00+02:00")
    assert (span.start.isoformat(), span.end.isoformat()) == ("2026-11-21T00:00:00+00:00", "2026-11-21T09:30:00+00:00")


def test_the_start_is_within_and_the_end_is_not() -> None:
    span = Span.parse("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z")
    start, end = (int(each.timestamp() * 1000) for each in span)
    assert (span.holds(start - 1), span.holds(start), span.holds(end - 1), span.holds(end)) == (
        False,
        True,
        True,
        False,
    )


def test_hours_are_those_it_touches() -> None:
    assert list(Span.parse("2026-11-21T22:59:59Z", "2026-11-22T00:00:01Z").hours()) == [
        "2026-11-21T22",
        "2026-11-21T23",
        "2026-11-22T00",
    ]
    assert list(Span.parse("2026-11-21T22:00:00Z", "2026-11-21T23:00:00Z").hours()) == ["2026-11-21T22"]


@pytest.mark.parametrize("text", ["", "now", "2026-11-31", "2026-11-21T09:00:00", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_is_refused_by_its_value(text: str) -> None:
    with pytest.raises(SpanError, match="a time is a date or has an offset from UTC"):
        Span.parse(text, "2026-11-22")


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(SpanError, match="does not come after"):
        Span.parse("2026-11-22", "2026-11-21")
