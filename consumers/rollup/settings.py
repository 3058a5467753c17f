"""The settings of rollup and the sweep, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from consumers import variables
from consumers.schedule import Schedule
from consumers.trends.retention import Retention, RetentionError

LATEST_SEGMENT_DAYS: Final = 3
"""A day in an event stream that keeps one, a day in the log's stream, and a day for the sweep."""


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
    retention: Retention
    """``MINUTE_DAYS``, ``HOUR_DAYS``, ``DAY_DAYS``: days that each level is kept; default: by the horizon."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises:
            SettingsError: a variable is missing, or its value can't be used.
        """
        dedup_days = variables.whole_number(environment, "DEDUP_DAYS")
        return cls(
            log_table=variables.text(environment, "LOG_TABLE"),
            trends_table=variables.text(environment, "TRENDS_TABLE"),
            schedule=variables.schedule(environment),
            dedup_days=dedup_days,
            retention=_retention(environment, dedup_days),
        )


def _retention(environment: Mapping[str, str], dedup_days: int) -> Retention:
    usual = Retention.beyond(dedup_days)
    minute_days = variables.whole_number(environment, "MINUTE_DAYS", usual.minute_days)
    least = dedup_days + LATEST_SEGMENT_DAYS
    if minute_days < least:
        raise variables.SettingsError(
            f"MINUTE_DAYS must be at least {least}, not {minute_days}: minutes must be there for a segment that"
            f" comes {LATEST_SEGMENT_DAYS} days after the dedup horizon"
        )
    try:
        return Retention(
            minute_days=minute_days,
            hour_days=variables.whole_number(environment, "HOUR_DAYS", usual.hour_days),
            day_days=variables.whole_number(environment, "DAY_DAYS", usual.day_days),
        )
    except RetentionError as error:
        raise variables.SettingsError(str(error)) from error
