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
