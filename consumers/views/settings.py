"""The settings of views, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from consumers import variables
from consumers.schedule import Schedule
from consumers.trends.retention import Retention


@dataclass(frozen=True, slots=True)
class ViewsSettings:
    """What views must know of their stack."""

    trends_table: str
    """``TRENDS_TABLE``: name of the trends table."""
    schedule: Schedule
    """``SCHEDULE``: JSON, see `consumers.schedule`."""
    dedup_days: int
    """``DEDUP_DAYS``: the dedup horizon in days."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing, or its value can't be used.
        """
        return cls(
            variables.text(environment, "TRENDS_TABLE"),
            variables.schedule(environment),
            variables.whole_number(environment, "DEDUP_DAYS"),
        )

    @property
    def retention(self) -> Retention:
        """How long each level is kept, and so what is made of it."""
        return Retention.beyond(self.dedup_days)
