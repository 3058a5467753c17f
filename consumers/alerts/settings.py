"""The settings of alerts, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Self

from consumers import variables
from consumers.alerts.rules import Rules
from consumers.schedule import Schedule


@dataclass(frozen=True, slots=True)
class AlertsSettings:
    """What alerts must know of their stack."""

    trends_table: str
    """``TRENDS_TABLE``: name of the trends table."""
    topic: str
    """``ALERTS_TOPIC``: ARN of the topic."""
    schedule: Schedule
    """``SCHEDULE``: JSON, see `consumers.schedule`."""
    rules: Rules
    """``ALERT_DIMENSIONS`` (comma-separated), ``ALERT_SCORE``, ``ALERT_LEAST_COUNT``, ``ALERT_WINDOW_MINUTES``,
    ``ALERT_COOL_DOWN_MINUTES``."""
    dashboard: str | None
    """``DASHBOARD_URL``: where the dashboard is; may be empty."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing, or its value can't be used.
        """
        return cls(
            trends_table=variables.text(environment, "TRENDS_TABLE"),
            topic=variables.text(environment, "ALERTS_TOPIC"),
            schedule=variables.schedule(environment),
            rules=_rules(environment),
            dashboard=environment.get("DASHBOARD_URL") or None,
        )


def _rules(environment: Mapping[str, str]) -> Rules:
    named = environment.get("ALERT_DIMENSIONS", "")
    try:
        return Rules(
            dimensions=tuple(dict.fromkeys(filter(None, named.split(",")))),
            score=_score(variables.text(environment, "ALERT_SCORE")),
            least_count=variables.whole_number(environment, "ALERT_LEAST_COUNT"),
            window_minutes=variables.whole_number(environment, "ALERT_WINDOW_MINUTES"),
            cool_down_minutes=variables.whole_number(environment, "ALERT_COOL_DOWN_MINUTES"),
        )
    except variables.SettingsError:
        raise
    except ValueError as error:
        raise variables.SettingsError(f"environment variable ALERT_DIMENSIONS: {error}") from error


def _score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = 0.0
    if not 0 < score < inf:
        raise variables.SettingsError(f"environment variable ALERT_SCORE must be a number above 0, not {text[:20]!r}")
    return score
