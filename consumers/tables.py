"""The tables' layout: every key and attribute, in one place, for writers and readers alike.

**Pane log.** One item a segment. Attribute names are short, since DynamoDB bills them with every write.

    address  S  partition key: `consumers.schedule.Address.key`, like ``1763717400+10#3/8``
    segment  N  sort key: the segment's number, 0, 1, 2 …
    v        N  format version
    w        B  the writer's nonce: tells one's own earlier put from another writer's
    f        B  fingerprints, 8 bytes each
    c        B  counts (`consumers.counts`)
    a        N  newest arrival among the segment's events, epoch milliseconds
    x        N  expiry, epoch seconds (time to live)

**Trends.** One item a bucket of a minute, an hour or a day; partitions hold an hour, a day and a month of them.

    bucket   S  partition key: ``minute#2026-11-21T14#3``, ``hour#2026-11-21#3``, ``day#2026-11#3`` (last: the bucket)
    start    S  sort key: start in UTC, ``2026-11-21T14:05``, ``2026-11-21T14`` or ``2026-11-21``
    v        N  format version
    r        N  revision: each write is conditional on the one before
    e        B  the vector: how many segments of each address are in a minute's counts, or which revision of each
                part is in an hour's or a day's
    c        B  counts
    b        N  how many hashtag buckets the schedule had for its writer: another number now is an error
    n        N  how many parts follow under ``<start>#1``, ``<start>#2`` …, where counts outgrow one item; else absent
    a        N  newest arrival among the counted events, epoch milliseconds
    x        N  expiry, epoch seconds

and two more items under ``bucket = "rollup"``: ``start = "levels"``, how far hours and days are summed
(`consumers.trends.state`), and ``start = "sweep"``, where the sweep goes on; and one under ``bucket = "alerts"``,
``start = "state"``, what alerts remember (`consumers.alerts.state`):

    v        N  format version
    r        N  revision: each write is conditional on the one before
    j        N  end of the newest window that was judged, epoch seconds
    s        B  alerts to publish, and values that are abnormal: deflated JSON
    x        N  expiry, epoch seconds
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, NamedTuple

from consumers.schedule import DAY, HOUR, MINUTE


class Level(StrEnum):
    """The lengths of time over which trends are kept; each is the sum of the one before."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"

    @property
    def seconds(self) -> int:
        """Length of one minute, hour or day."""
        return _SECONDS[self]

    def floor(self, when: float) -> int:
        """Return the start (epoch seconds) of the minute, hour or UTC day that holds `when`."""
        return int(when // self.seconds) * self.seconds


_SECONDS: Final = {Level.MINUTE: MINUTE, Level.HOUR: HOUR, Level.DAY: DAY}
_PARTITION_FORMATS: Final = {Level.MINUTE: "%Y-%m-%dT%H", Level.HOUR: "%Y-%m-%d", Level.DAY: "%Y-%m"}
_START_FORMATS: Final = {Level.MINUTE: "%Y-%m-%dT%H:%M", Level.HOUR: "%Y-%m-%dT%H", Level.DAY: "%Y-%m-%d"}


class TrendKey(NamedTuple):
    """Key of one trends item."""

    bucket: str
    start: str


LEVELS_STATE: Final = TrendKey("rollup", "levels")
ALERTS_STATE: Final = TrendKey("alerts", "state")


def trend_key(level: Level, start: int, bucket: int) -> TrendKey:
    """Return the key of bucket number `bucket` of the minute, hour or day that starts at `start`.

    >>> trend_key(Level.MINUTE, 1763717400, 3)
    TrendKey(bucket='minute#2025-11-21T09#3', start='2025-11-21T09:30')
    """
    time = datetime.fromtimestamp(start, UTC)
    return TrendKey(
        f"{level}#{time.strftime(_PARTITION_FORMATS[level])}#{bucket}", time.strftime(_START_FORMATS[level])
    )


def start_of(level: Level, start: str) -> int:
    """Read the sort key of an item of `level` back into epoch seconds."""
    return int(datetime.strptime(start, _START_FORMATS[level]).replace(tzinfo=UTC).timestamp())
