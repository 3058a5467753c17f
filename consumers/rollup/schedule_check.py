"""Recognising an item that was written by another schedule than the one in force now.

An entry that is in force never changes (`consumers.schedule`). If it was changed all the same, positions in a vector
would mean other addresses, or a hashtag would lie in one bucket for what was counted before and in another for what
comes now, and be counted in both. So each item is compared before anything is added to it.
"""

from typing import TYPE_CHECKING

from consumers.tables import Level

if TYPE_CHECKING:
    from consumers.schedule import Schedule
    from consumers.trends.item import BucketItem
    from consumers.trends.table import Progress


class ScheduleChangedError(Exception):
    """An item was written with other numbers of addresses or buckets than the schedule has for its time."""

    def __init__(self, name: str, held: int, scheduled: int, what: str) -> None:
        super().__init__(
            f"{name} was written for {held} {what}, the schedule now says {scheduled}:"
            " restore the entry that was in force and append another one instead"
        )


def check(item: "BucketItem | Progress", schedule: "Schedule") -> None:
    """Let pass what the schedule in force would write.

    Raises:
        ScheduleChangedError: another schedule wrote it.
    """
    if item.level is Level.MINUTE:
        positions = schedule.at(item.start).addresses_a_minute
        if len(item.vector) != positions:
            raise ScheduleChangedError(item.name, len(item.vector), positions, "addresses a minute")
    buckets = schedule.buckets_at(item.start)
    if item.buckets not in (None, buckets):
        raise ScheduleChangedError(item.name, item.buckets or 0, buckets, "hashtag buckets")
