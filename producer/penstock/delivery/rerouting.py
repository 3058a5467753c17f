"""Keeping events where their keys belong while the shards change."""

from collections import deque
from collections.abc import Callable, Collection

from penstock.config import ProducerConfig
from penstock.delivery.departures import Departures
from penstock.delivery.intake import Intake
from penstock.delivery.lanes import Lanes
from penstock.delivery.ledger import Ledger
from penstock.delivery.outcomes import Moved, PutResult
from penstock.delivery.record import PlainRecord, Record
from penstock.delivery.shard_listing import ShardListing
from penstock.routing import ShardMap


class Rerouting:
    """Routes anew what has lost its lane, and sends again what ended in a shard where some of it does not belong.

    With ``ordered``, the first occurrences of a key's events are in the order in which they were put, if shards are
    read parents before children: a lane stands still until a record that went to an unforeseen shard has been judged,
    its events go before all younger ones when they are sent again, and the lanes that follow a lane wait for its last
    record. That holds for readers that discard misplaced events, or aggregates with one of them, as the Kinesis
    Client Library does, and for those that take all there is: what was misplaced is there once more, where it belongs
    and before anything younger. With ``resend_misrouted`` turned off, misplaced events stay where they are, in a
    shard beside their keys' own, and can be read after younger ones.

    Args:
        config: options.
        lanes: where records are open.
        ledger: the book of events without an outcome.
        departures: where records wait.
        intake: takes events into records.
        listing: to be asked for a new map.
    """

    def __init__(
        self,
        config: ProducerConfig,
        *,
        lanes: Lanes,
        ledger: Ledger,
        departures: Departures,
        intake: Intake,
        listing: ShardListing,
    ) -> None:
        self._config = config
        self._lanes = lanes
        self._ledger = ledger
        self._departures = departures
        self._intake = intake
        self._listing = listing
        self._misrouted: list[tuple[Record, PutResult]] = []
        self._unlisted: set[str] = set()

    def written(self, record: Record, result: PutResult) -> None:
        """Take a record that Kinesis has acknowledged: it is settled if its events are where they belong."""
        self._ledger.written(record, result)
        predicted = result.shard_id == record.lane.shard_id
        if not predicted and self._is_unknown(result.shard_id):
            self._listing.want(fresh=True)
        if predicted or isinstance(record, PlainRecord) or not self._config.resend_misrouted:
            self._put(record, result)
        elif self._is_unknown(result.shard_id):
            # Whether all its events are where readers look for them shows when the map is up to date.
            self._misrouted.append((record, result))
        else:
            self._judge(record, result)

    def is_stray(self, record: Record) -> bool:
        """Tell whether a record should be taken apart and routed anew.

        One that may have been written keeps its bytes instead, so that the repeat is recognisable.
        """
        return not record.maybe_written and not self._lanes.has(record.lane)

    def move(self, record: Record) -> None:
        """Route anew the events of a record that waits nowhere, before all younger ones if order counts."""
        if self._config.ordered:
            self._lanes.close_all()
            self._departures.collect()
            self._scatter(record)
            self._lanes.close_all()
            self._departures.put_back(self._lanes.take_closed())
        else:
            self._scatter(record)
            self._departures.collect()
        self._departures.hurry()  # they have waited for company once

    def adopt(self, shard_map: ShardMap) -> None:
        """Use a new map, and route anew what is still here and has lost its lane."""
        self._ledger.adopt(shard.shard_id for shard in shard_map.shards)
        if self._lanes.shard_map is not None and self._lanes.shard_map.lanes == shard_map.lanes:
            self._lanes.shard_map = shard_map  # it may know more of the closed shards
        else:
            self._change_lanes(shard_map)
        misrouted, self._misrouted = self._misrouted, []
        unlisted = {result.shard_id for _, result in misrouted if shard_map.shard(result.shard_id) is None}
        self._unlisted = set() if self._listing.wanted else unlisted
        for record, result in misrouted:
            if self._is_unknown(result.shard_id):
                self._misrouted.append((record, result))  # the next listing tells
            else:
                self._judge(record, result)

    def accept_misrouted(self) -> None:
        """Settle what is written but not judged, as it is."""
        misrouted, self._misrouted = self._misrouted, []
        for record, result in misrouted:
            self._put(record, result)

    @property
    def misrouted(self) -> set[Record]:
        """The records that are written but not judged."""
        return {record for record, _ in self._misrouted}

    def take_misrouted(self, condition: Callable[[Record], bool]) -> list[Record]:
        """Take away the records that are written but not judged, and meet a condition."""
        taken = [record for record, _ in self._misrouted if condition(record)]
        if taken:
            self._misrouted = [(record, result) for record, result in self._misrouted if record not in taken]
        for record in taken:
            record.misplaced = True
        return taken

    def _change_lanes(self, shard_map: ShardMap) -> None:
        self._lanes.adopt(shard_map)
        strays = deque(self._departures.take_where(self.is_stray))
        self._departures.adopt(shard_map)
        are_strays = bool(strays)
        kept = self._kept(strays)
        while strays:
            # A record is as old as the oldest event in it. What is kept may yet be taken apart, and its events go
            # before younger ones then: these must not be in one record with older ones.
            if kept and kept[0] < strays[0].serial:
                while kept and kept[0] < strays[0].serial:
                    kept.popleft()
                self._lanes.close_all()
            # One by one, each forgotten before the next: all of them twice could exhaust the memory. Oldest first, and
            # their new lanes are empty, so they stay in order.
            self._scatter(strays.popleft())
        if kept:
            self._lanes.close_all()
        self._departures.collect()
        if are_strays:
            self._departures.hurry()

    def _kept(self, strays: Collection[Record]) -> deque[int]:
        """Return the serials, oldest first, of the records that have lost their lane and stay as they are for now.

        They are in flight, or not yet judged, or to be repeated with the same bytes. None if order does not count.
        """
        if not self._config.ordered:
            return deque()
        others = set(self._ledger.pending).difference(strays)
        return deque(sorted(record.serial for record in others if not self._lanes.has(record.lane)))

    def _put(self, record: Record, result: PutResult) -> None:
        self._ledger.put(record, result)
        self._departures.done(record)

    def _judge(self, record: Record, result: PutResult) -> None:
        shard = self._lanes.shard_map.shard(result.shard_id) if self._lanes.shard_map else None
        if shard is None or record.belongs_to(shard):
            self._put(record, result)
        else:
            self._ledger.resend(record)
            record.misplaced = True
            self.move(record)

    def _is_unknown(self, shard_id: str) -> bool:
        """Tell whether a shard is news: neither in the map nor looked for in vain when that was made."""
        shard_map = self._lanes.shard_map
        return shard_id not in self._unlisted and (shard_map is None or shard_map.shard(shard_id) is None)

    def _scatter(self, record: Record) -> None:
        """Put a record's events into other records, each by itself; these are as old as it was."""
        targets = []
        events = record.user_records()
        self._ledger.close(record)
        for event in events:
            other = self._intake.take(event)
            other.misplaced = other.misplaced or record.misplaced
            if other.serial > record.serial:
                other.serial = record.serial
                if other in self._ledger:  # it has not been refused
                    self._departures.wait(other)
            targets.append((other.completion, other.count - 1))
        self._departures.done(record)
        self._ledger.observers += record.completion.settle(Moved(targets))
