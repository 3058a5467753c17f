"""The settings of rollup and the sweep, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from consumers import variables
from consumers.rollup.allowance import SHARE
from consumers.schedule import DAY, HOUR, Schedule
from consumers.trends.retention import Retention


@dataclass(frozen=True, slots=True)
class RollupSettings:
    """What rollup and the sweep must know of their stack."""

    log_table: str
    """``LOG_TABLE``: name of the pane log's table."""
    trends_table: str
    """``TRENDS_TABLE``: name of the trends table."""
    schedule: Schedule
    """``SCHEDULE``: JSON, see `consumers.schedule`."""
    dedup_days: int
    """``DEDUP_DAYS``: the dedup horizon in days."""
    stream_retention_hours: int
    """``STREAM_RETENTION_HOURS``: how long the event stream keeps events; need not be there."""

    correction_percent: int = round(100 * SHARE)
    """``CORRECTION_PERCENT``: what late events may cost at once (`consumers.rollup.allowance`); need not be there."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing, or its value can't be used.
        """
        return cls(
            log_table=variables.text(environment, "LOG_TABLE"),
            trends_table=variables.text(environment, "TRENDS_TABLE"),
            schedule=variables.schedule(environment),
            dedup_days=variables.whole_number(environment, "DEDUP_DAYS"),
            stream_retention_hours=variables.stream_retention_hours(environment),
            correction_percent=variables.whole_number(environment, "CORRECTION_PERCENT", round(100 * SHARE)),
        )

    @property
    def retention(self) -> Retention:
        """How long each level is kept: it follows from the dedup horizon."""
        return Retention.beyond(self.dedup_days)

    @property
    def hours_of_segments(self) -> int:
        """How long the pane log keeps segments, which is how far back the sweep can find one.

        An event may come until the horizon is over and wait in the stream for as long as that keeps it; a day is for
        the unforeseen.
        """
        return (self.dedup_days + 1) * (DAY // HOUR) + self.stream_retention_hours
