"""Settings are read once, and what is wrong with them is said by name."""

import pytest

from consumers.ingest.settings import Settings
from consumers.variables import SettingsError

GOOD = {
    "LOG_TABLE": "pane-log",
    "FAILED_EVENTS_BUCKET": "failed",
    "DEDUP_DAYS": "7",
    "SCHEDULE": '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]',
}


def test_settings_are_read_from_the_environment() -> None:
    settings = Settings.read(GOOD | {"STREAM_RETENTION_HOURS": "24", "PATH": "/bin"})
    assert (settings.log_table, settings.failed_events_bucket) == ("pane-log", "failed")
    assert settings.dedup_seconds == 7 * 86_400
    assert settings.schedule.at(0).groups == 8


def test_a_segment_outlives_horizon_and_stream_by_a_day() -> None:
    settings = Settings.read(GOOD | {"STREAM_RETENTION_HOURS": "48"})
    assert settings.segment_retention_seconds == (7 + 2 + 1) * 86_400


def test_an_unknown_stream_retention_is_taken_for_the_longest_that_is_offered() -> None:
    assert Settings.read(GOOD).segment_retention_seconds == (7 + 7 + 1) * 86_400


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_variable_is_named(name: str) -> None:
    for environment in (GOOD | {name: ""}, {key: value for key, value in GOOD.items() if key != name}):
        with pytest.raises(SettingsError, match=f"environment variable {name} is not set"):
            Settings.read(environment)


@pytest.mark.parametrize(
    ("name", "value"),
    [("DEDUP_DAYS", "a week"), ("DEDUP_DAYS", "0"), ("DEDUP_DAYS", "-1"), ("DEDUP_DAYS", "1.5"), ("SCHEDULE", "[]")],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"environment variable {name}"):
        Settings.read(GOOD | {name: value})
