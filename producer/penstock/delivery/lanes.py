"""Events on their way into records: each lane's open aggregate, and the routes that lead there."""

from collections.abc import Sequence
from sys import getsizeof
from typing import Final

from penstock.aggregation import AggregateBuilder, UserRecord, hash_key_entry, partition_key_entry
from penstock.aggregation.builder import HEADS_ONE, HEADS_TWO, MOST_FRAME_BYTES, ONE_BYTE, TAILS
from penstock.config import ProducerConfig
from penstock.delivery.completion import Completion
from penstock.delivery.receipts import Receipts
from penstock.delivery.record import EVENT_OVERHEAD_BYTES, AggregateRecord, PlainRecord, Record
from penstock.hash_keys import MAX_HASH_KEY, GivenKey, encode_partition_key, hash_key, parse_hash_key
from penstock.routing import Lane, ShardMap

UNROUTED: Final = Lane("", 0, 0, MAX_HASH_KEY)
"""Where events wait until the shards are known."""

MAX_ROUTES_BYTES: Final = 8 * 1024 * 1024
"""What remembered partition keys may take: some 30,000 of usual length, fewer of long ones."""

_ROUTE_BYTES: Final = 56 + 100  # a tuple, and a slot of the dictionary with its share of those still empty

_CLOSED: Final = AggregateBuilder(0)  # takes nothing


class Place:
    """Holds one open aggregate at a time.

    Attributes:
        lane: whose events come here.
        builder: of the open aggregate; one that takes nothing when none is open.
        completion: of the open aggregate's record.
        record: the open aggregate's record, if one is open.
    """

    __slots__ = ("builder", "completion", "lane", "record")

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.builder = _CLOSED
        self.completion = Completion()
        self.record: AggregateRecord | None = None


Route = tuple[Place, bytes]
"""Where the events of a partition key go, and the key's entry in the table of an aggregate there."""


class Lanes:
    """Puts events into records, one open aggregate a lane, and hands closed records on.

    A lane has two places: aggregates of events with an explicit hash key are kept apart, since a reader in the
    field (aws-kinesis-agg) would lend such a key to the events that have none. Where order counts, only one of them is
    open at a time.

    Attributes:
        routes: by partition key, of events without an explicit hash key. ``route`` adds to it.
        last_serial: of the youngest record.
        shard_map: the shards in use, none while they are not known.
    """

    def __init__(self, config: ProducerConfig) -> None:
        self._config = config
        self._places: dict[tuple[Lane, bool], Place] = {}
        self._open: dict[Place, None] = {}
        self.routes: dict[str, Route] = {}
        self._routes_bytes = 0
        self._closed: list[Record] = []
        self._handed_on = 0
        self.last_serial = 0
        self.shard_map: ShardMap | None = None

    def __bool__(self) -> bool:
        """Tell whether a record is open."""
        return bool(self._open)

    @property
    def events(self) -> int:
        """How many events have been put into records so far; one that is routed anew counts again."""
        return self._handed_on + sum(place.builder.count for place in self._open)

    def route(self, partition_key: GivenKey) -> Route:
        """Return, and remember, where the events of a partition key go.

        Raises:
            InvalidEventError: if Kinesis takes no such key.
        """
        entry = partition_key_entry(encode_partition_key(partition_key))
        route = self._place(hash_key(partition_key), hashed=False), entry
        size = getsizeof(partition_key) + getsizeof(entry) + _ROUTE_BYTES
        if self._routes_bytes + size > MAX_ROUTES_BYTES:
            self._forget_routes()
        self.routes[partition_key] = route
        self._routes_bytes += size
        return route

    def add(self, event: UserRecord) -> tuple[Record, int]:
        """Put an event into its lane's open aggregate or, where that has no room, into a new record.

        Returns:
            The record, where the event is the last, and what the event adds to its charge. One that is too large
            to be sent is never handed on.

        Raises:
            InvalidEventError: if Kinesis takes no such keys.
        """
        given: tuple[GivenKey, ...] = event
        partition_key, explicit_hash_key, _ = given
        hash_entry: bytes | None = None
        if explicit_hash_key is None:
            place, entry = self.routes.get(partition_key) or self.route(partition_key)
        else:
            entry = partition_key_entry(encode_partition_key(partition_key))
            place = self._place(parse_hash_key(explicit_hash_key), hashed=True)
            hash_entry = hash_key_entry(explicit_hash_key)
        if place.record is not None:
            cost = _add(place.builder, entry, hash_entry, event.data)
            if cost:
                return place.record, cost + EVENT_OVERHEAD_BYTES
        # What is too large for company ends the open aggregate too: records leave in the order of events.
        self._close(place)
        if self._config.ordered:
            self._close_lane(place.lane)
        record = self._start(place, entry, hash_entry, event)
        return record, record.charge

    def extend(self, events: Sequence[UserRecord], room: int, receipts: Receipts) -> int:
        """Put events into open aggregates, from the first on, as long as nothing else is to be done for them.

        It ends before an event whose key is new, whose aggregate has no room for it, which has an explicit hash key, or
        which is not well formed: that one is for ``add``.

        Args:
            events: the events.
            room: how many bytes they may take; data beyond that is not taken.
            receipts: is given those of the events that were taken, and so tells how many there are.

        Returns:
            What is left of the room.
        """
        routes = self.routes
        heads_one, heads_two, tails = HEADS_ONE, HEADS_TWO, TAILS
        completions, indexes = receipts.completions, receipts.indexes
        try:
            for partition_key, explicit_hash_key, data in events:
                place, entry = routes[partition_key]
                builder = place.builder
                length = len(data)
                free = builder.free
                if (
                    free - length - MOST_FRAME_BYTES < len(entry)
                    or room < length
                    or explicit_hash_key is not None
                    or type(data) is not bytes
                ):
                    break
                keys = builder.keys
                # What can fail comes first, so that an event that is left to ``add`` has changed nothing.
                known = len(keys)
                index = keys.get(entry, known)
                tail = tails[index]
                head, size = heads_one[length] if index < ONE_BYTE else heads_two[length]
                if index == known:
                    size += len(entry)
                    keys[entry] = index
                builder.free = free - size
                builder.data_bytes += length
                room -= size
                parts = builder.parts
                indexes.append(len(parts) // 3)
                completions.append(place.completion)
                parts.append(head)
                parts.append(data)
                parts.append(tail)
        except (KeyError, IndexError, TypeError):
            pass  # a key that is new, or none; data that is none, or of a rare length; an aggregate of very many keys
        return room

    def close_all(self) -> None:
        """Close every open record."""
        for place in list(self._open):
            self._close(place)

    def open_records(self) -> list[Record]:
        """Return the open records, those that were opened first before the others."""
        return [place.record for place in self._open if place.record is not None]

    def close(self, record: Record) -> bool:
        """Close a record if it is open; tell whether it was."""
        for hashed in (False, True):
            place = self._places.get((record.lane, hashed))
            if place is not None and place.record is record:
                self._close(place)
                return True
        return False

    def mend(self) -> None:
        """Bring places in order again after an exception from anywhere; ``count_anew`` is to follow."""
        for place in self._places.values():
            record = place.record
            if record is None or record in self._closed:
                place.record, place.builder = None, _CLOSED
                self._open.pop(place, None)
            else:
                record.builder.mend()
                place.builder, place.completion = record.builder, record.completion
                self._open[place] = None

    def count_anew(self, events: int) -> None:
        """Be told how many events have been put into records so far."""
        self._handed_on = events - sum(place.builder.count for place in self._open)

    def closed_records(self) -> list[Record]:
        """Return the records that take no more events and have not been taken away."""
        return list(self._closed)

    def take_closed(self) -> list[Record]:
        """Take away the records that take no more events."""
        closed, self._closed = self._closed, []
        return closed

    def adopt(self, shard_map: ShardMap) -> None:
        """Use another shard map; the open records whose lane it does not have are closed."""
        self.shard_map = shard_map
        self._forget_routes()
        lanes = set(shard_map.lanes)
        for key in [key for key in self._places if key[0] not in lanes]:
            self._close(self._places.pop(key))

    def has(self, lane: Lane) -> bool:
        """Tell whether the shard map in use has the lane."""
        return self.shard_map is not None and self.shard_map.lane_at(lane.start) == lane

    def _forget_routes(self) -> None:
        self.routes.clear()
        self._routes_bytes = 0

    def _place(self, hash_key: int, *, hashed: bool) -> Place:
        lane = UNROUTED if self.shard_map is None else self.shard_map.lane_at(hash_key)
        place = self._places.get((lane, hashed))
        if place is None:
            place = self._places[lane, hashed] = Place(lane)
        return place

    def _start(self, place: Place, entry: bytes, hash_entry: bytes | None, event: UserRecord) -> Record:
        self.last_serial += 1
        most = self._config.max_record_bytes
        if self._config.aggregate:
            most_data = most - len(place.lane.partition_key)
            builder = AggregateBuilder(min(self._config.aggregate_bytes, most_data))
            if _add(builder, entry, hash_entry, event.data):
                record = AggregateRecord(self.last_serial, place.lane, builder)
                place.builder, place.completion, place.record = builder, record.completion, record
                self._open[place] = None
                return record
            builder = AggregateBuilder(most_data)
            if _add(builder, entry, hash_entry, event.data):
                record = AggregateRecord(self.last_serial, place.lane, builder)
                self._hand_on(record)
                return record
        plain = PlainRecord(self.last_serial, place.lane, event)
        if plain.record_bytes <= most:
            self._hand_on(plain)
        return plain

    def _close(self, place: Place) -> None:
        if place.record is not None:
            self._hand_on(place.record)
            place.record = None
            place.builder = _CLOSED
            del self._open[place]

    def _close_lane(self, lane: Lane) -> None:
        for hashed in (False, True):
            place = self._places.get((lane, hashed))
            if place is not None:
                self._close(place)

    def _hand_on(self, record: Record) -> None:
        self._handed_on += record.count
        self._closed.append(record)


def _add(builder: AggregateBuilder, entry: bytes, hash_entry: bytes | None, data: bytes) -> int:
    return builder.add(entry, data) if hash_entry is None else builder.add_hashed(entry, hash_entry, data)
