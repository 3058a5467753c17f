"""The delivery core with a spool: each event is on disk before it is taken, and until it needs to be no more."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig
from penstock.delivery.calls import Answer, Call
from penstock.delivery.completion import Observer
from penstock.delivery.core import Delivery, Receipt
from penstock.delivery.receipts import Receipts
from penstock.delivery.record import EVENT_OVERHEAD_BYTES
from penstock.errors import (
    BufferFullError,
    SpoolError,
)
from penstock.hash_keys import GivenKey
from penstock.spool.group_commit import Commit
from penstock.spool.kept_events import KeptEvents
from penstock.spool.spool import Spool

_FED_AT_ONCE: Final = 1000
"""How many events are taken from the disk before others have their turn: a few milliseconds."""

_MOST_OVERHEAD_BYTES: Final = EVENT_OVERHEAD_BYTES + 2 * 1024
"""More than an event is charged for beyond its data."""


class SpooledDelivery(Delivery):
    """Keeps events in a spool from before they are taken until they are acknowledged or given back.

    Events that an earlier process left are sent too, as there is room: before all others if ``ordered``, otherwise in
    half of the room that there is. They have no future: one that fails stays in the spool for the next start, unless
    it was dropped. Marks of ``flush`` cover them. The spool is closed when the rest is abandoned.

    Otherwise as `Delivery`, whose ``add`` can here also raise a SpoolError; then the event was not taken.

    Args:
        config: limits and times.
        spool: where events are kept; nobody else appends to it.
        random: as in `Delivery`.
        epoch: as in `Delivery`.

    Attributes:
        durable: whether whoever adds an event must ``commit`` it.
    """

    def __init__(
        self, config: ProducerConfig, *, spool: Spool, random: Callable[[], float], epoch: float = 0.0
    ) -> None:
        super().__init__(config, random=random, epoch=epoch)
        self.durable = config.spool_fsync == "always"
        self._spool = spool
        self._kept = KeptEvents(spool)
        self._recovered = spool.recovered()
        self._waiting = next(self._recovered, None)
        self._recovered_mark = 0
        self._are_kept = False
        self.urgent = self._hungry = self._waiting is not None
        self._polled_at = 0.0

    @property
    def last_commit(self) -> Commit:
        """What the latest ``add`` needs, to ``commit`` it. Under the shell's lock."""
        return self._spool.last_commit

    def commit(self, commit: Commit) -> None:
        """Return when what was added is on the disk. Outside of the shell's lock, so that threads share the waiting.

        Raises:
            SpoolError: if it could not be brought there. It is being sent all the same.
        """
        self._spool.commit(commit)

    def add(self, partition_key: GivenKey, explicit_hash_key: GivenKey, data: bytes) -> Receipt | None:
        """Take an event and keep it on disk; see the class."""
        if self._are_kept:
            return super().add(partition_key, explicit_hash_key, data)
        if self._waiting is not None and self._config.ordered:
            self.flush()
            if self._config.when_full == "raise":
                raise BufferFullError(
                    f"events that an earlier process left in the spool {self._spool.directory} are sent first, since "
                    'the producer is ordered: flush it before the first put, or choose when_full="wait"'
                )
            return None
        if not self._ledger.free >= len(data) <= self._config.max_record_bytes:
            return super().add(partition_key, explicit_hash_key, data)  # there is no room, or it fails at once
        event = ((partition_key, explicit_hash_key, data),)
        positions = self._spool.append(event)
        while not positions:
            if not self._drop_oldest():
                self._check_stranded()
                self.flush()  # what is held back for company takes the room
                return None
            positions = self._spool.append(event)
        receipt = super().add(partition_key, explicit_hash_key, data)
        if receipt is None:
            self._spool.retract(1)
        else:
            self._kept.keep(receipt, positions[0])
        return receipt

    def add_many(self, events: Sequence[UserRecord], receipts: Receipts) -> int:
        """Take events, in their order, until there is no room for one; see `Delivery`."""
        taken = 0
        while taken < len(events):
            positions = self._keep_ahead(events[taken:])
            if positions:
                count = self._take_kept(events[taken : taken + len(positions)], positions, receipts)
                taken += count
                if count < len(positions):
                    break
            else:
                # It is one that is refused, or fails at once, or there is no room: as by itself.
                given: Any = events[taken]
                if type(given.data) is not bytes:
                    return taken + super().add_many(events[taken : taken + 1], receipts)
                receipt = self.add(given.partition_key, given.explicit_hash_key, given.data)
                if receipt is None:
                    break
                receipts.append(*receipt)
                taken += 1
        return taken

    def poll(self, now: float) -> list[Call]:
        """Return the calls to make now."""
        self._polled_at = now
        self._feed()
        return super().poll(now)

    def wake_at(self) -> float | None:
        """Return when to poll at the latest."""
        return self._polled_at if self._hungry else super().wake_at()

    def answer(self, call: Call, answer: Answer, now: float) -> None:
        """Take the answer to a call, or its failure."""
        super().answer(call, answer, now)
        self._feed()

    def make_room(self, size: int) -> bool:
        """Give the oldest events back until there is room; none while new events wait for old ones to be taken."""
        return (self._waiting is None or not self._config.ordered) and super().make_room(size)

    def flushed(self, mark: int) -> bool:
        """Tell whether the events before the mark have an outcome, and all that an earlier process left."""
        return self._waiting is None and super().flushed(max(mark, self._recovered_mark))

    def abandon(self) -> int:
        """Give up what has no outcome, and close the spool, which keeps it."""
        unread, self._waiting, self._hungry = self._waiting is not None, None, False
        abandoned = super().abandon()
        self._kept.let_go(self._ledger)
        self._spool.close()
        if abandoned or unread:
            self._spool.remarks.inform(
                "the next producer with the spool %s sends what was not acknowledged", self._spool.directory
            )
        return abandoned

    def take_observers(self) -> list[Observer]:
        """Take away the observers to call; the spool has let go of events already that need it no more.

        With them comes what the spool has to say to the log, whose handlers are callers' code as well.
        """
        self._kept.let_go(self._ledger)
        return super().take_observers() + [Observer(remark, foreign=True) for remark in self._spool.remarks.take()]

    def _feed(self) -> None:
        """Take events that an earlier process left, as far as there is room."""
        self._hungry = False
        room = self._ledger.free
        if not self._config.ordered:
            room //= 2
        for _ in range(_FED_AT_ONCE):
            if self._waiting is None:
                return
            position, event = self._waiting
            if len(event.data) <= self._config.max_record_bytes:  # otherwise it fails at once and takes no room
                room -= len(event.data) + EVENT_OVERHEAD_BYTES
            if room < 0 or not self._take_recovered(position, event):
                return
        self._hungry = True

    def _take_recovered(self, position: int, event: UserRecord) -> bool:
        receipt = super().add(event.partition_key, event.explicit_hash_key, event.data)
        if receipt is None:
            return False
        self._kept.keep(receipt, position)
        self._ledger.recovered += 1
        self._recovered_mark = self._lanes.last_serial
        self._waiting = next(self._recovered, None)
        return True

    def _keep_ahead(self, events: Sequence[UserRecord]) -> range:
        """Keep the first events, those that are nothing special and have room, by one write; return their positions."""
        if self._waiting is not None and self._config.ordered:
            return range(0)
        room = self._ledger.free
        count = 0
        given: Any  # data may be of any type
        for given in events:
            if type(given.data) is not bytes or len(given.data) > self._config.max_record_bytes:
                break
            room -= len(given.data) + _MOST_OVERHEAD_BYTES
            if room < 0:
                break
            count += 1
        return self._spool.append(events[:count]) if count else range(0)

    def _take_kept(self, events: Sequence[UserRecord], positions: range, receipts: Receipts) -> int:
        """Take events that are on disk already; return how many were taken."""
        before = len(receipts)
        self._are_kept = True
        try:
            super().add_many(events, receipts)
        finally:
            self._are_kept = False
            count = len(receipts) - before
            if count < len(events):
                self._spool.retract(len(events) - count)
            for position, completion, index in zip(
                positions, receipts.completions[before:], receipts.indexes[before:], strict=False
            ):
                self._kept.keep((completion, index), position)
        return count

    def _check_stranded(self) -> None:
        """Refuse an event that would wait for room for ever, since only the next start can bring some about."""
        if self._kept.stranded and self._waiting is None and not self.busy:
            raise SpoolError(
                f"the spool {self._spool.directory} is full: {self._kept.stranded:,} of its events were refused for "
                "want of the stream or of a permission, and only the next producer sends them again; once the cause is "
                "mended, make a new one, or raise spool_bytes"
            )

    def _drop_oldest(self) -> bool:
        """Make room on disk by giving the oldest record back, if that is wanted; tell whether there was one."""
        if self._config.when_full != "drop_oldest" or not self.make_room(self._ledger.free + 1):
            return False
        self.urgent = True  # others may wait for what was given back
        self._kept.let_go(self._ledger)
        return True
