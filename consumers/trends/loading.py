"""Bucket items from plain counts: for loaders that fill a table by other ways than the pane log, and for tests."""

from consumers import counts as counting
from consumers.counts import Counts
from consumers.schedule import Schedule
from consumers.tables import Level
from consumers.trends.item import BucketItem
from consumers.trends.retention import Retention
from consumers.trends.table import TrendsTable
from consumers.trends.vector import Vector


def bucket_items(
    level: Level,
    start: int,
    counts: Counts,
    *,
    schedule: Schedule,
    retention: Retention,
    vector: Vector | None = None,
    newest_arrival_ms: int | None = None,
) -> list[BucketItem]:
    """Return the items, in their first revision, of all buckets of the minute, hour or day that starts at `start`.

    Without `vector` they say that they were made from nothing: right for tables that only readers use. Where rollup
    goes on from them, a minute's vector must name the segments that `counts` holds.
    """
    positions = positions_of(level, start, schedule)
    items = []
    for bucket, part in enumerate(counting.split(counts, schedule.buckets_at(start))):
        blank = BucketItem.blank(
            level, start, bucket, positions=positions, expires_at=retention.expires_at(level, start)
        )
        items.append(blank.succeeded_by(part, vector or blank.vector, newest_arrival_ms))
    return items


def load(table: TrendsTable, items: list[BucketItem]) -> None:
    """Put items into a table that does not hold them yet.

    Raises:
        RevisionRefusedError: one is there already.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
    """
    for item in items:
        table.put(item)


def positions_of(level: Level, start: int, schedule: Schedule) -> int:
    """Return the length of the vector of an item: addresses of a minute, minutes of an hour, hours of a day."""
    match level:
        case Level.MINUTE:
            return schedule.at(start).addresses_a_minute
        case Level.HOUR:
            return Level.HOUR.seconds // Level.MINUTE.seconds
        case Level.DAY:
            return Level.DAY.seconds // Level.HOUR.seconds
