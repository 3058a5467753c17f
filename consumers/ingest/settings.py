"""What ingest is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from consumers.schedule import DAY, HOUR, Schedule, ScheduleError

LONGEST_RETENTION_HOURS: Final = 168
"""Assumed where the stream's retention is not said: keeping a segment for longer than needed costs only storage."""


class SettingsError(ValueError):
    """An environment variable is missing or wrong; the message names it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Read once per execution environment."""

    log_table: str
    failed_events_bucket: str
    dedup_days: int
    stream_retention_hours: int
    schedule: Schedule

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings from environment variables.

        LOG_TABLE, FAILED_EVENTS_BUCKET, DEDUP_DAYS and SCHEDULE must be there; STREAM_RETENTION_HOURS may.

        Raises:
            SettingsError: a variable is missing or can't be read.
        """
        try:
            schedule = Schedule.parse(_required(environment, "SCHEDULE"))
        except ScheduleError as error:
            raise SettingsError(f"environment variable SCHEDULE: {error}") from error
        return cls(
            log_table=_required(environment, "LOG_TABLE"),
            failed_events_bucket=_required(environment, "FAILED_EVENTS_BUCKET"),
            dedup_days=_number("DEDUP_DAYS", _required(environment, "DEDUP_DAYS")),
            stream_retention_hours=_number(
                "STREAM_RETENTION_HOURS",
                environment.get("STREAM_RETENTION_HOURS") or str(LONGEST_RETENTION_HOURS),
            ),
            schedule=schedule,
        )

    @property
    def dedup_seconds(self) -> int:
        """The dedup horizon: an event older than this on arrival is too late to be told from a duplicate."""
        return self.dedup_days * DAY

    @property
    def segment_retention_seconds(self) -> int:
        """How long a segment stays after its pane's end.

        An event of the pane may arrive until the horizon is over, wait in the stream for as long as that keeps it,
        and a day is for the unforeseen.
        """
        return self.dedup_seconds + self.stream_retention_hours * HOUR + DAY


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise SettingsError(f"environment variable {name} is not set; template.yaml sets it for the function")
    return value


def _number(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise SettingsError(f"environment variable {name} must be a whole number above 0, not {text[:20]!r}")
    return int(text)
