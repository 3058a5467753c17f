"""The reporting function's configuration, read once from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from consumers import variables
from consumers.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Settings:
    """What `template.yaml` tells the function."""

    trends_table: str
    schedule: Schedule
    dashboard_origin: str
    """Whose pages may read answers in a browser, like ``https://dashboard.example.com``; none if empty."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read TRENDS_TABLE, SCHEDULE and DASHBOARD_ORIGIN, of which the last may be missing.

        Raises:
            SettingsError: one is missing or wrong.
        """
        return cls(
            variables.text(environment, "TRENDS_TABLE"),
            variables.schedule(environment),
            environment.get("DASHBOARD_ORIGIN", ""),
        )
