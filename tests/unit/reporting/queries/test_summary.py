"""Every number of a summary is what a plain count of the events says for that window."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from reporting.plan import Closed
from reporting.windows import Window
from tests.unit.reporting.queries.shelf import (
    EPOCH_NOW,
    Event,
    Shelf,
    events,
    marks,
    plain_count,
    queries_of,
    some,
    windows,
)


@some
@given(events, marks, windows, st.booleans())
def test_a_summary_is_a_plain_count_of_its_windows_events(
    given_events: list[Event], closed: Closed, asked: tuple[Window, datetime | None], kept: bool
) -> None:
    shelf = Shelf(given_events, closed)
    if kept:
        shelf.keep_lists()
    summary = queries_of(shelf).summary(*asked)

    for dimension in DIMENSIONS:
        expected = plain_count(given_events, dimension, summary.from_, summary.to)
        breakdown = getattr(summary, dimension)
        assert {item.value: item.count for item in breakdown.items} == expected
        assert (breakdown.total, breakdown.distinct, breakdown.other) == (expected.total(), len(expected), 0)
    assert summary.events == summary.kind.total


def test_a_breakdown_names_ten_values_and_sums_the_rest() -> None:
    given_events = [Event(EPOCH_NOW, "post", f"l{number:02}", ()) for number in range(13) for _ in range(20 - number)]
    lang = queries_of(Shelf(given_events, Closed())).summary(Window.HOUR, None).lang
    assert [item.value for item in lang.items] == [f"l{number:02}" for number in range(10)]
    assert lang.other == 10 + 9 + 8
    assert lang.distinct == 13
    assert lang.total == len(given_events) == sum(item.count for item in lang.items) + lang.other
