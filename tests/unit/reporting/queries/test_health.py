"""How fresh the trends are."""

from datetime import UTC, datetime, timedelta

import pytest

from reporting.plan import Closed
from tests.unit.reporting.queries.shelf import ARRIVED, MIDNIGHT, Shelf, queries_of


@pytest.mark.parametrize(
    ("age", "status"), [(timedelta(seconds=2.5), "ok"), (timedelta(seconds=120), "ok"), (timedelta(minutes=3), "stale")]
)
def test_health_says_how_old_the_newest_arrival_is(age: timedelta, status: str) -> None:
    shelf = Shelf([], Closed(MIDNIGHT, 0))
    now = datetime.fromtimestamp(ARRIVED / 1_000, UTC) + age
    health = queries_of(shelf, lambda: now).health()
    assert (health.status, health.age_seconds) == (status, age.total_seconds())
    assert health.as_of == "2026-04-29T12:34:53.500Z"
    assert (health.levels.hour, health.levels.day) == ("2026-04-29T00:00:00Z", None)


def test_an_arrival_ahead_of_the_clock_is_of_no_age() -> None:
    before = datetime.fromtimestamp(ARRIVED / 1_000, UTC) - timedelta(seconds=1)
    queries = queries_of(Shelf([], Closed()), lambda: before)
    assert (queries.health().status, queries.health().age_seconds) == ("ok", 0.0)


def test_health_says_how_long_the_newest_event_took_and_how_far_lists_are() -> None:
    shelf = Shelf([], Closed())
    health = queries_of(shelf).health()
    assert (health.lag_seconds, health.last_rollup, health.views) == (1.5, "2026-04-29T12:34:55.000Z", None)
    shelf.keep_lists()
    assert queries_of(shelf).health().views == health.as_of
