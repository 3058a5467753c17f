"""Environment variables: how a function reads what `template.yaml` tells it."""

from collections.abc import Mapping
from typing import Final

from consumers.schedule import Schedule, ScheduleError

LONGEST_RETENTION_HOURS: Final = 168
"""Assumed where the event stream's retention is not said: keeping segments for longer than needed costs only storage,
and sweeping more hours than needed only reads."""


class SettingsError(ValueError):
    """An environment variable is missing or wrong; the message names it."""


def text(environment: Mapping[str, str], name: str) -> str:
    """Return a variable that must be there.

    Raises:
        SettingsError: it is missing or empty.
    """
    value = environment.get(name)
    if not value:
        raise SettingsError(f"environment variable {name} is not set; template.yaml sets it for the function")
    return value


def whole_number(environment: Mapping[str, str], name: str, default: int | None = None) -> int:
    """Return a variable that is a whole number above 0; one without `default` must be there.

    Raises:
        SettingsError: it is missing, or no such number.
    """
    if default is not None and not environment.get(name):
        return default
    value = text(environment, name)
    if not (value.isascii() and value.isdigit()) or int(value) == 0:
        raise SettingsError(f"environment variable {name} must be a whole number above 0, not {value[:20]!r}")
    return int(value)


def stream_retention_hours(environment: Mapping[str, str]) -> int:
    """Return for how many hours the event stream keeps events: STREAM_RETENTION_HOURS, or the longest there is.

    Raises:
        SettingsError: it is no whole number above 0.
    """
    return whole_number(environment, "STREAM_RETENTION_HOURS", LONGEST_RETENTION_HOURS)


def schedule(environment: Mapping[str, str]) -> Schedule:
    """Return the schedule in SCHEDULE.

    Raises:
        SettingsError: it is missing or breaks a rule.
    """
    try:
        return Schedule.parse(text(environment, "SCHEDULE"))
    except ScheduleError as error:
        raise SettingsError(f"environment variable SCHEDULE: {error}") from error
