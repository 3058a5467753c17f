"""The reporting function's configuration, read once from its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from consumers.schedule import Schedule


class SettingsError(ValueError):
    """The environment lacks a variable, or one can't be read."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `template.yaml` tells the function."""

    trends_table: str
    schedule: Schedule

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read TRENDS_TABLE and SCHEDULE.

        Raises:
            SettingsError: one is missing.
            ScheduleError: the schedule is wrong.
        """
        try:
            return cls(environment["TRENDS_TABLE"], Schedule.parse(environment["SCHEDULE"]))
        except KeyError as error:
            raise SettingsError(f"the environment variable {error.args[0]} is not set") from error
