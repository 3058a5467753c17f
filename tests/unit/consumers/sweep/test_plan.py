"""What one run checks: recent minutes, and a slice of all hours that goes round."""

import pytest

from consumers.schedule import DAY, HOUR
from consumers.sweep.plan import AHEAD_MINUTES, LATER_DAYS, RECENT_MINUTES, RUNS_A_ROUND, next_slice, recent_minutes

NOW = 1_763_717_432.5
CURRENT_HOUR = 1_763_715_600


def test_recent_minutes_reach_as_far_ahead_as_events_may() -> None:
    minutes = recent_minutes(NOW)
    assert minutes[0] == 1_763_717_400 - RECENT_MINUTES * 60
    assert minutes[-1] == 1_763_717_400 + AHEAD_MINUTES * 60


@pytest.mark.parametrize("dedup_days", [1, 7, 30])
def test_a_round_of_runs_checks_every_hour_of_the_horizon(dedup_days: int) -> None:
    cursor = None
    checked = set[int]()
    for _ in range(RUNS_A_ROUND):
        hours, cursor = next_slice(cursor, NOW, dedup_days)
        checked.update(hours)
        assert len(hours) <= 12
    first = CURRENT_HOUR - (dedup_days + LATER_DAYS) * DAY + HOUR
    assert checked >= set(range(first, CURRENT_HOUR + HOUR, HOUR))


def test_a_slice_goes_on_where_the_last_ended_and_from_the_oldest_to_the_newest() -> None:
    hours, cursor = next_slice(None, NOW, 7)
    assert hours == [CURRENT_HOUR - hour * HOUR for hour in range(3)]
    assert cursor == CURRENT_HOUR - 3 * HOUR
    oldest = CURRENT_HOUR - 8 * DAY
    hours, cursor = next_slice(oldest + HOUR, NOW, 7)
    assert hours == [oldest + HOUR, oldest, CURRENT_HOUR]


@pytest.mark.parametrize("cursor", [0, CURRENT_HOUR + 2 * HOUR])
def test_a_cursor_outside_of_the_horizon_begins_at_the_newest(cursor: int) -> None:
    assert next_slice(cursor, NOW, 7).hours[0] == CURRENT_HOUR
