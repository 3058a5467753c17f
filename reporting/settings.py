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

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read TRENDS_TABLE and SCHEDULE.

        Raises:
            SettingsError: one is missing or wrong.
        """
        return cls(variables.text(environment, "TRENDS_TABLE"), variables.schedule(environment))
