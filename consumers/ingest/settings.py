"""What ingest is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from consumers import variables
from consumers.schedule import DAY, HOUR, Schedule


@dataclass(frozen=True, slots=True)
class Settings:
    """Read once per execution environment."""

    log_table: str
    failed_events_bucket: str
    dedup_days: int
    stream_retention_hours: int
    schedule: Schedule
    trends_table: str | None = None
    """Where the sweep notes for how long the pane log keeps segments; None where nothing of that is to be asked."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings from environment variables.

        LOG_TABLE, FAILED_EVENTS_BUCKET, DEDUP_DAYS and SCHEDULE must be there; STREAM_RETENTION_HOURS and
        TRENDS_TABLE may.

        Raises:
            SettingsError: a variable is missing or can't be read.
        """
        return cls(
            log_table=variables.text(environment, "LOG_TABLE"),
            failed_events_bucket=variables.text(environment, "FAILED_EVENTS_BUCKET"),
            dedup_days=variables.whole_number(environment, "DEDUP_DAYS"),
            stream_retention_hours=variables.stream_retention_hours(environment),
            schedule=variables.schedule(environment),
            trends_table=environment.get("TRENDS_TABLE") or None,
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
