"""Each level outlives the one below."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.schedule import DAY
from consumers.tables import Level
from consumers.trends.retention import Retention, RetentionError


@given(st.integers(1, 400))
def test_by_default_each_level_outlives_the_one_below_and_minutes_the_horizon(horizon: int) -> None:
    kept = Retention.beyond(horizon)
    assert horizon < kept.minute_days < kept.hour_days < kept.day_days


@pytest.mark.parametrize("days", [(0, 2, 3), (2, 2, 3), (1, 3, 3), (3, 2, 1)])
def test_a_level_that_would_go_before_the_one_below_is_refused(days: tuple[int, int, int]) -> None:
    with pytest.raises(RetentionError, match="longer than the one before"):
        Retention(*days)


def test_expiry_counts_from_the_start() -> None:
    kept = Retention(1, 2, 3)
    assert [kept.expires_at(level, 600) for level in Level] == [600 + DAY, 600 + 2 * DAY, 600 + 3 * DAY]
