"""Settings come from the environment once; what is missing or wrong is named."""

import pytest

from consumers.alerts.rules import Rules
from consumers.alerts.settings import AlertsSettings
from consumers.variables import SettingsError

COMPLETE = {
    "TRENDS_TABLE": "trends",
    "ALERTS_TOPIC": "arn:aws:sns:eu-west-1:123456789012:alerts",
    "SCHEDULE": '[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]',
    "ALERT_SCORE": "6",
    "ALERT_LEAST_COUNT": "30",
    "ALERT_WINDOW_MINUTES": "5",
    "ALERT_COOL_DOWN_MINUTES": "30",
}


def test_what_the_template_sets_is_enough() -> None:
    settings = AlertsSettings.read(
        {**COMPLETE, "ALERT_DIMENSIONS": "hashtag,kind,hashtag", "DASHBOARD_URL": "https://d"}
    )
    assert settings.rules == Rules(("hashtag", "kind"), 6.0, 30, 5, 30)
    assert (settings.trends_table, settings.dashboard) == ("trends", "https://d")


def test_dimensions_and_the_dashboard_may_be_missing() -> None:
    settings = AlertsSettings.read({**COMPLETE, "ALERT_DIMENSIONS": "", "DASHBOARD_URL": ""})
    assert (settings.rules.dimensions, settings.dashboard) == ((), None)


def test_a_score_may_have_a_fraction() -> None:
    assert AlertsSettings.read({**COMPLETE, "ALERT_SCORE": "4.5"}).rules.score == 4.5


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not set"):
        AlertsSettings.read({key: value for key, value in COMPLETE.items() if key != name})


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ALERT_SCORE": "much"}, "ALERT_SCORE must be a number above 0, not 'much'"),
        ({"ALERT_SCORE": "nan"}, "ALERT_SCORE must be a number above 0"),
        ({"ALERT_LEAST_COUNT": "-1"}, "ALERT_LEAST_COUNT must be a whole number above 0"),
        ({"ALERT_DIMENSIONS": "hashtag,author"}, "ALERT_DIMENSIONS: no dimension is called 'author'"),
    ],
)
def test_a_wrong_variable_is_named(changed: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        AlertsSettings.read({**COMPLETE, **changed})
