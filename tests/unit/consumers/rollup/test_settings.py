"""Settings come from the environment once; what is missing or wrong is named."""

import pytest

from consumers.rollup.settings import RollupSettings
from consumers.schedule import Entry
from consumers.trends.retention import Retention
from consumers.variables import SettingsError

COMPLETE = {
    "LOG_TABLE": "log",
    "TRENDS_TABLE": "trends",
    "DEDUP_DAYS": "7",
    "SCHEDULE": '[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]',
}


def test_what_the_template_sets_is_enough() -> None:
    settings = RollupSettings.read(COMPLETE)
    assert (settings.log_table, settings.trends_table, settings.dedup_days) == ("log", "trends", 7)
    assert settings.schedule.entries == (Entry(0, 10, 8, 4),)
    assert settings.retention == Retention.beyond(7)


def test_segments_are_there_for_the_horizon_the_streams_retention_and_a_day() -> None:
    assert RollupSettings.read(COMPLETE | {"STREAM_RETENTION_HOURS": "24"}).hours_of_segments == 9 * 24
    assert RollupSettings.read(COMPLETE).hours_of_segments == 15 * 24


def test_what_late_events_may_cost_is_a_parameter() -> None:
    assert RollupSettings.read(COMPLETE).correction_percent == 25
    assert RollupSettings.read(COMPLETE | {"CORRECTION_PERCENT": "400"}).correction_percent == 400


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        RollupSettings.read({key: value for key, value in COMPLETE.items() if key != name})
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        RollupSettings.read(COMPLETE | {name: ""})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"DEDUP_DAYS": "a week"}, "DEDUP_DAYS must be a whole number above 0, not 'a week'"),
        ({"DEDUP_DAYS": "0"}, "DEDUP_DAYS must be a whole number"),
        ({"SCHEDULE": "[]"}, "a schedule needs at least one entry"),
        ({"STREAM_RETENTION_HOURS": "a day"}, "STREAM_RETENTION_HOURS must be a whole number above 0, not 'a day'"),
    ],
)
def test_a_wrong_value_is_named(changed: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        RollupSettings.read(COMPLETE | changed)
