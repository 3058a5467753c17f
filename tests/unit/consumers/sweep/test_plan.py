"""What one run checks: recent minutes, and a slice of all hours that goes round."""

import re
from pathlib import Path

import pytest
from samtranslator.yaml_helper import yaml_parse

from consumers.rollup.settings import RollupSettings
from consumers.schedule import DAY, HOUR, Entry, Schedule
from consumers.sweep.plan import AHEAD_MINUTES, RECENT_MINUTES, RUNS_A_ROUND, next_slice, recent_minutes
from consumers.tables import Level

TEMPLATE = Path(__file__).parents[4] / "template.yaml"
NOW = 1_763_717_432.5
CURRENT_HOUR = 1_763_715_600


def test_recent_minutes_reach_as_far_ahead_as_events_may() -> None:
    minutes = recent_minutes(NOW)
    assert minutes[0] == 1_763_717_400 - RECENT_MINUTES * 60
    assert minutes[-1] == 1_763_717_400 + AHEAD_MINUTES * 60


@pytest.mark.parametrize("hours_a_round", [72, 216, 912])
def test_a_round_of_runs_checks_every_hour(hours_a_round: int) -> None:
    cursor = None
    checked = set[int]()
    for _ in range(RUNS_A_ROUND):
        hours, cursor = next_slice(cursor, NOW, hours_a_round)
        checked.update(hours)
        assert len(hours) <= 19
    assert checked >= {CURRENT_HOUR - hour * HOUR for hour in range(hours_a_round)}


def slowest_rate() -> int:
    """Return the seconds of the largest rate that the template's pattern takes, among whole minutes and hours of it."""
    parameter = yaml_parse(TEMPLATE.read_text())["Parameters"]["SweepRate"]
    allowed = [n for n in range(2, 10_000) if re.fullmatch(parameter["AllowedPattern"], f"rate({n} minutes)")]
    others = ("rate(1 hour)", "rate(2 hours)", "rate(1 day)", "rate(0 minutes)", "rate(1 minutes)", "cron(0 0 * * ? *)")
    assert not [rate for rate in others if re.fullmatch(parameter["AllowedPattern"], rate)]
    assert re.fullmatch(parameter["AllowedPattern"], "rate(1 minute)")
    assert re.fullmatch(parameter["AllowedPattern"], parameter["Default"])
    assert allowed == list(range(2, allowed[-1] + 1))
    return allowed[-1] * 60


@pytest.mark.parametrize("dedup_days", [1, 7, 30])
@pytest.mark.parametrize("retention_hours", [24, 48, 72, 168])
def test_at_the_slowest_rate_each_hour_is_checked_after_its_last_event_while_log_and_minutes_are_there(
    dedup_days: int, retention_hours: int
) -> None:
    settings = RollupSettings("log", "trends", Schedule([Entry(0, 10, 8, 4)]), dedup_days, retention_hours)
    last_event = dedup_days * DAY + retention_hours * HOUR
    gone = min(settings.hours_of_segments * HOUR, settings.retention.seconds(Level.MINUTE))
    cursor, now, end, rate = None, NOW, NOW + 2 * gone, slowest_rate()
    found = set[int]()
    while now < end:
        hours, cursor = next_slice(cursor, now, settings.hours_of_segments)
        found.update(hour for hour in hours if last_event <= now - hour - HOUR and now - hour < gone + HOUR)
        now += rate
    assert found >= set(range(CURRENT_HOUR, int(end - gone), HOUR))


def test_a_slice_goes_on_where_the_last_ended_and_from_the_oldest_to_the_newest() -> None:
    hours, cursor = next_slice(None, NOW, 144)
    assert hours == [CURRENT_HOUR - hour * HOUR for hour in range(3)]
    assert cursor == CURRENT_HOUR - 3 * HOUR
    oldest = CURRENT_HOUR - 144 * HOUR
    hours, cursor = next_slice(oldest + HOUR, NOW, 144)
    assert hours == [oldest + HOUR, oldest, CURRENT_HOUR]


@pytest.mark.parametrize("cursor", [0, CURRENT_HOUR + 2 * HOUR])
def test_a_cursor_outside_of_the_range_begins_at_the_newest(cursor: int) -> None:
    assert next_slice(cursor, NOW, 144).hours[0] == CURRENT_HOUR
