"""The function says which part of its environment is missing or wrong."""

import pytest

from consumers.variables import SettingsError
from reporting.settings import Settings

ENVIRONMENT = {
    "TRENDS_TABLE": "trends",
    "SCHEDULE": '[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]',
}


def test_settings_come_from_the_environment() -> None:
    settings = Settings.read(ENVIRONMENT)
    assert settings.trends_table == "trends"
    assert settings.schedule.buckets_at(0) == 4


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        Settings.read({key: value for key, value in ENVIRONMENT.items() if key != name})


def test_a_wrong_schedule_is_refused() -> None:
    with pytest.raises(SettingsError, match="SCHEDULE: a schedule needs at least one entry"):
        Settings.read(ENVIRONMENT | {"SCHEDULE": "[]"})
