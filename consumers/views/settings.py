"""The settings of views, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from consumers import variables
from consumers.schedule import Schedule


@dataclass(frozen=True, slots=True)
class ViewsSettings:
    """What views must know of their stack."""

    trends_table: str
    """``TRENDS_TABLE``: name of the trends table."""
    schedule: Schedule
    """``SCHEDULE``: JSON, see `consumers.schedule`."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing, or its value can't be used.
        """
        return cls(variables.text(environment, "TRENDS_TABLE"), variables.schedule(environment))
