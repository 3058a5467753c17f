"""The settings of rollup and the sweep, read from the environment once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from consumers.schedule import Schedule
from consumers.trends.retention import Retention

LATEST_SEGMENT_DAYS: Final = 3
"""A day in an event stream that keeps one, a day in the log's stream, and a day for the sweep."""


class SettingsError(Exception):
    """An environment variable is missing or not what it must be; says which, and what it is for."""


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
        try:
            dedup_days = _days(environment, "DEDUP_DAYS")
            usual = Retention.beyond(dedup_days)
            minute_days = _days(environment, "MINUTE_DAYS", usual.minute_days)
            least = dedup_days + LATEST_SEGMENT_DAYS
            if minute_days < least:
                raise SettingsError(
                    f"MINUTE_DAYS must be at least {least}, not {minute_days}: minutes must be there for a segment that"
                    f" comes {LATEST_SEGMENT_DAYS} days after the dedup horizon"
                )
            return cls(
                log_table=_text(environment, "LOG_TABLE"),
                trends_table=_text(environment, "TRENDS_TABLE"),
                schedule=Schedule.parse(_text(environment, "SCHEDULE")),
                dedup_days=dedup_days,
                retention=Retention(
                    minute_days=minute_days,
                    hour_days=_days(environment, "HOUR_DAYS", usual.hour_days),
                    day_days=_days(environment, "DAY_DAYS", usual.day_days),
                ),
            )
        except ValueError as error:  # of the schedule or the retentions: says itself what is wrong
            raise SettingsError(str(error)) from error


def _text(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingsError(
            f"the environment variable {name} is missing: the stack's template sets it for this function"
        )
    return value


def _days(environment: Mapping[str, str], name: str, usual: int | None = None) -> int:
    if usual is not None and name not in environment:
        return usual
    value = _text(environment, name)
    if not value.isdecimal() or int(value) < 1:
        raise SettingsError(f"the environment variable {name} must be a whole number of days from 1, not {value!r:.40}")
    return int(value)
