"""Bringing the bucket items of minutes up to date: read or remember, apply, write on condition, again if refused."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from consumers.pane_log.segment import SegmentFormatError
from consumers.rollup import deadline, schedule_check
from consumers.rollup.apply import Applied, apply
from consumers.rollup.at_hand import SegmentsAtHand, UnfilledGapError
from consumers.rollup.contention import Contention
from consumers.rollup.memory import Memory
from consumers.tables import Level
from consumers.trends.errors import RevisionRefusedError
from consumers.trends.item import BucketItem

if TYPE_CHECKING:
    from consumers.pane_log.log import PaneLog
    from consumers.schedule import Schedule
    from consumers.trends.retention import Retention
    from consumers.trends.table import TrendsTable

UNREADABLE: Final = (ClientError, BotoCoreError, SegmentFormatError, UnfilledGapError)
"""Why a gap may stay open; the address is stuck, the others go on."""


class BucketOutcome(NamedTuple):
    """What became of one bucket of a minute."""

    item: BucketItem
    """As it is in the table now."""
    applied: int
    repeated: int
    written: bool
    refused: int


class MinuteWriter:
    """Writes the bucket items of minutes. Thread-safe; remembers what it wrote.

    Memory saves a read, which costs a twentieth of a write of the same size, while a refused write costs as much as one
    that goes through. So where others write the same items (the log's stream has several shards), it reads first: after
    a refusal, until a read shows that nobody else wrote in between.
    """

    def __init__(
        self,
        table: "TrendsTable",
        log: "PaneLog",
        schedule: "Schedule",
        retention: "Retention",
        *,
        contention: Contention,
        memory: Memory | None = None,
    ) -> None:
        """Write to `table`, fill gaps from `log`."""
        self._table = table
        self._log = log
        self._schedule = schedule
        self._retention = retention
        self._contention = contention
        self._memory = memory or Memory()
        self._read_first = False

    def has_begun(self, minute: int) -> bool:
        """Tell whether bucket 0 of `minute` is known to be stored, by the schedule in force."""
        first = self._memory.get(minute, 0)
        return first is not None and first.revision > 0

    def bring_up_to_date(self, at_hand: SegmentsAtHand, bucket: int, time_left: Callable[[], float]) -> BucketOutcome:
        """Apply to one bucket of a minute what is at hand, and what its gaps need.

        Whatever is raised, the item is as it was or up to date, so the same segments may simply come again.

        Raises:
            ContendedError: others were first each time.
            DeadlineError: too little time was left.
            BucketTooLargeError: more values than can be written.
            ScheduleChangedError: the schedule's entry for the minute has been changed since.
            TrendsFormatError: the table has something that this code can't read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        item = self._current(at_hand.minute, bucket)
        refused = 0
        while True:
            deadline.check(item.name, time_left)
            result = self._apply(item, at_hand)
            if result.item is item:
                return BucketOutcome(item, 0, result.repeated, written=False, refused=refused)
            try:
                self._table.put(result.item)
            except RevisionRefusedError as refusal:
                refused += 1
                self._read_first = True
                self._contention.refused(item.name, refused)
                item = refusal.winner or self._read(at_hand.minute, bucket)
                schedule_check.check(item, self._schedule)
                self._memory.remember(item)
            except BaseException:  # the write may have happened
                self._memory.forget(at_hand.minute, bucket)
                raise
            else:
                self._memory.remember(result.item)
                return BucketOutcome(result.item, result.applied, result.repeated, written=True, refused=refused)

    def _current(self, minute: int, bucket: int) -> BucketItem:
        remembered = self._memory.get(minute, bucket)
        if remembered is not None and not self._read_first:
            return remembered
        item = self._read(minute, bucket)
        if remembered is not None and item.revision == remembered.revision:
            self._read_first = False
            return remembered  # the same, and decoded
        self._memory.remember(item)
        return item

    def _read(self, minute: int, bucket: int) -> BucketItem:
        item = self._table.get(Level.MINUTE, minute, bucket) or BucketItem.blank(
            Level.MINUTE,
            minute,
            bucket,
            positions=self._schedule.at(minute).addresses_a_minute,
            expires_at=self._retention.expires_at(Level.MINUTE, minute),
            buckets=self._schedule.buckets_at(minute),
        )
        schedule_check.check(item, self._schedule)
        return item

    def _apply(self, item: BucketItem, at_hand: SegmentsAtHand) -> Applied:
        """Apply, filling gaps from the log until there is none that could be filled.

        Ends: each round fills a gap, and the log below the segments at hand is finite, or makes an address stuck.
        """
        while True:
            result = apply(item, at_hand)
            if not result.gaps:
                return result
            for address, number in result.gaps.items():
                try:
                    at_hand.fill(address, number, self._log)
                except UNREADABLE as error:
                    at_hand.stuck[address] = error
