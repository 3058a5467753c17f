"""Whether a consumer is given an ordered producer's events of a key in the order of their puts, over a reshard too."""

import json
import re
from collections import defaultdict
from typing import Final

from simulation.event_source_mapping.invocation import Answered, InvocationResult

_EVENT_ID: Final = re.compile(rb'"eventID":"([^"]+)"')
"""A record of a Kinesis batch by its shard and sequence number."""

Line = tuple[int, str]
"""A producer's number and a partition key: what is in order."""


class DeliveryOrder:
    """Watches what is put, where it arrives, what a poller delivers, and what is acknowledged.

    An event may be delivered when every event before it is acknowledged, or stands before it in the same batch. What
    was acknowledged once may come again at any time.

    Attributes:
        broken: Events that were delivered too early.
    """

    def __init__(self) -> None:
        self.broken: list[str] = []
        self._lines: defaultdict[Line, list[bytes]] = defaultdict(list)
        self._places: dict[bytes, tuple[Line, int]] = {}
        self._done: set[bytes] = set()
        self._held: dict[str, list[bytes]] = {}
        self._shards: dict[Line, str] = {}
        self._moved: set[Line] = set()

    @property
    def moved(self) -> int:
        """How many keys have had an event arrive in another shard than the one before."""
        return len(self._moved)

    def put(self, line: Line, data: bytes) -> None:
        """Take in that a producer has accepted an event."""
        self._places[data] = line, len(self._lines[line])
        self._lines[line].append(data)

    def put_again(self, data: bytes) -> None:
        """Take in that an event is put once more, by whomever: nothing is promised of it."""
        self._done.add(data)

    def arrived(self, shard: str, sequence: int, payloads: list[bytes]) -> None:
        """Take in what a record holds."""
        known = [data for data in payloads if data in self._places]
        if known:
            self._held[f"{shard}:{sequence}"] = known
        for line in {self._places[data][0] for data in known}:
            if self._shards.setdefault(line, shard) != shard:
                self._moved.add(line)
                self._shards[line] = shard

    def delivered(self, batch: bytes) -> None:
        """Take in that a poller has its function process a batch."""
        before: set[bytes] = set()
        for record in _EVENT_ID.findall(batch):
            for data in self._held.get(record.decode(), ()):
                if data not in self._done and data not in before:
                    self._check(data, before)
                    before.add(data)

    def answered(self, batch: bytes, result: InvocationResult) -> None:
        """Take in what came of a batch."""
        records = [record.decode() for record in _EVENT_ID.findall(batch)]
        for record in records[: _acknowledged(records, result)]:
            self._done.update(self._held.get(record, ()))

    def _check(self, data: bytes, before: set[bytes]) -> None:
        line, place = self._places[data]
        events = self._lines[line]
        while place:
            place -= 1
            earlier = events[place]
            if earlier in before:
                return  # by which the ones before it have been looked at
            if earlier not in self._done:
                self.broken.append(f"{data[:200]!r} was delivered, and {earlier[:200]!r} before it not acknowledged")
                return


def _acknowledged(records: list[str], result: InvocationResult) -> int:
    """Return how many records, the first ones, an answer acknowledges: whatever is odd about it, none."""
    if not isinstance(result, Answered):
        return 0
    try:
        answer = json.loads(result.payload)
        failed = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
        numbers = [record.partition(":")[2] for record in records]
        return min((numbers.index(each) for each in failed), default=len(records))
    except (KeyError, TypeError, ValueError):
        return 0
