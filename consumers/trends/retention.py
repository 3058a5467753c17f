"""How long each level is kept.

A level is recomputed from the level below, so each must outlive the one below; and the last correction of a minute
can come as late as the dedup horizon, plus the time the event waited in its Kinesis stream (up to its retention),
plus the 24 hours that the pane log's stream keeps (Amazon DynamoDB Developer Guide, "Change data capture for DynamoDB
Streams").
"""

from dataclasses import dataclass
from typing import Final, Self

from consumers.schedule import DAY
from consumers.tables import Level

DAYS_BEYOND_HORIZON: Final = 14
"""How much longer than the dedup horizon minutes are kept: a Kinesis stream that keeps a week, the log's
stream for a day, and as long again for the sweep to repair an outage."""

HOUR_DAYS: Final = 90
"""A quarter by the hour, for comparison with the same hour of earlier weeks."""

DAY_DAYS: Final = 800
"""Two years and two months by the day, so that a day can be compared with its like of the two years before."""


class RetentionError(ValueError):
    """Retentions that would delete a level while it is still summed into the next."""


@dataclass(frozen=True, slots=True)
class Retention:
    """Days that minutes, hours and days are kept, counted from their start."""

    minute_days: int
    hour_days: int = HOUR_DAYS
    day_days: int = DAY_DAYS

    def __post_init__(self) -> None:
        """Check that each level outlives the one below."""
        if not 0 < self.minute_days < self.hour_days < self.day_days:
            raise RetentionError(
                f"minutes, hours and days are kept {self.minute_days}, {self.hour_days} and {self.day_days} days:"
                " each must be kept longer than the one before"
            )

    @classmethod
    def beyond(cls, horizon_days: int) -> Self:
        """Return the retention for a dedup horizon: longer where a level would not outlive the one below.

        >>> Retention.beyond(7)
        Retention(minute_days=21, hour_days=90, day_days=800)
        """
        minute_days = horizon_days + DAYS_BEYOND_HORIZON
        hour_days = max(HOUR_DAYS, minute_days + DAYS_BEYOND_HORIZON)
        return cls(minute_days, hour_days, max(DAY_DAYS, hour_days + DAYS_BEYOND_HORIZON))

    def seconds(self, level: Level) -> int:
        """Return how long an item of `level` is kept after its start."""
        return DAY * {Level.MINUTE: self.minute_days, Level.HOUR: self.hour_days, Level.DAY: self.day_days}[level]

    def expires_at(self, level: Level, start: int) -> int:
        """Return the expiry, in epoch seconds, of the item of `level` that starts at `start`."""
        return start + self.seconds(level)
