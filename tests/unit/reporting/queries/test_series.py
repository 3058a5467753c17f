"""Every point of a series is what a plain count of the events says for that bucket."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.tables import Level
from reporting.answers import Dimension
from reporting.plan import Closed
from tests.unit.reporting.queries.shelf import (
    EPOCH_NOW,
    HOUR,
    MIDNIGHT,
    NOW,
    Event,
    Shelf,
    events,
    marks,
    plain_count,
    queries_of,
    some,
)


@some
@given(
    events,
    marks,
    st.sampled_from(Level),
    st.sampled_from([("hashtag", "b/c"), ("hashtag", "café"), ("lang", "en"), ("kind", "like"), ("hashtag", "never")]),
)
def test_a_series_is_a_plain_count_in_each_bucket(
    given_events: list[Event], closed: Closed, granularity: Level, asked: tuple[Dimension, str]
) -> None:
    dimension, value = asked
    start = NOW - timedelta(hours=3) if granularity is Level.MINUTE else NOW - timedelta(days=4)
    series = queries_of(Shelf(given_events, closed)).series(dimension, value, granularity, start, None)

    edges = [point.start for point in series.points] + [series.to]
    assert edges[0] == series.from_
    counts = [plain_count(given_events, dimension, begins, ends)[value] for begins, ends in pairwise(edges)]
    assert [point.count for point in series.points] == counts
    assert series.total == sum(counts)


def test_one_hashtag_is_asked_for_in_its_bucket_of_each_day() -> None:
    shelf = Shelf([], Closed())
    queries_of(shelf).series("hashtag", "a", Level.HOUR, None, None)
    assert len({bucket for _, bucket, _ in shelf.asked}) <= 2
    assert 0 not in {bucket for _, bucket, _ in shelf.asked}


@pytest.mark.parametrize("start", [NOW - timedelta(days=2), NOW + timedelta(days=9), NOW + timedelta(days=200_000)])
def test_a_time_that_is_far_ahead_costs_few_reads(start: datetime) -> None:
    shelf = Shelf([], Closed(MIDNIGHT + 12 * HOUR, MIDNIGHT))
    end = start + timedelta(days=1_499)
    series = queries_of(shelf).series("hashtag", "a", Level.DAY, start, end)
    assert (series.total, len(series.points)) == (0, 1_500)
    assert len(shelf.asked) <= 80  # at most two days by the minute, an hour each read


def test_values_are_normalised_as_events_are() -> None:
    shelf = Shelf([Event(EPOCH_NOW, "post", "en", ("café",))], Closed())
    series = queries_of(shelf).series("hashtag", " #CAFÉ", Level.MINUTE, None, None)
    assert (series.value, series.total) == ("café", 1)
    assert queries_of(shelf).series("lang", "EN-gb", Level.MINUTE, None, None).total == 1
