"""A table's stream: its changes in shards, of which each takes a part of the keys for some hours.

Source: Amazon DynamoDB Developer Guide, "Change data capture for DynamoDB Streams": a record appears once, those of an
item in the order of its changes; shards come and go, may be split, and name their parents; a record lives 24 hours.
That a shard is followed by another after four hours is what is observed; times are epoch seconds.
"""

import zlib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from simulation.services.items import item_size
from simulation.services.stream_records import REGION, SOURCE, VERSION
from simulation.services.table import STREAM_SECONDS, Change, Table

SHARD_SECONDS: Final = 4 * 3600.0
"""How long a shard takes records."""

_KEYS: Final = 2**32
_NUMBER: Final = 10**23
"""Sequence numbers have at least 21 digits (API Reference, StreamRecord)."""


class ViewType(StrEnum):
    """What a record tells of an item (API Reference, StreamSpecification)."""

    KEYS_ONLY = "KEYS_ONLY"
    NEW_IMAGE = "NEW_IMAGE"
    OLD_IMAGE = "OLD_IMAGE"
    NEW_AND_OLD_IMAGES = "NEW_AND_OLD_IMAGES"

    @property
    def has_new(self) -> bool:
        """Whether the item after the change is told."""
        return self in (ViewType.NEW_IMAGE, ViewType.NEW_AND_OLD_IMAGES)

    @property
    def has_old(self) -> bool:
        """Whether the item before the change is told."""
        return self in (ViewType.OLD_IMAGE, ViewType.NEW_AND_OLD_IMAGES)


@dataclass(eq=False)
class StreamShard:
    """Changes of a range of keys, in order, and positions among them: 0 is the first that ever was."""

    shard_id: str
    first_key: int
    last_key: int
    made_at: float
    starts_at: int
    """The sequence number before its first."""
    parent: str | None = None
    closed_at: float | None = None
    ends_at: int | None = None
    changes: list[Change] = field(default_factory=list)
    trimmed: int = 0
    """How many changes are gone: the position of the oldest that is there."""

    @property
    def end(self) -> int:
        """The position after the last change."""
        return self.trimmed + len(self.changes)

    def position(self, number: int) -> int:
        """Return the position of the change with a sequence number, or of the first one after it."""
        return self.trimmed + bisect_left(self.changes, number, key=lambda change: change.sequence_number)

    def position_at(self, moment: float) -> int:
        """Return the position of the first change at `moment` or later."""
        return self.trimmed + bisect_left(self.changes, moment, key=lambda change: change.at)

    def trim(self, before: float) -> None:
        """Forget the changes before a moment."""
        if self.changes and self.changes[0].at < before:
            gone = self.position_at(before) - self.trimmed
            del self.changes[:gone]
            self.trimmed += gone

    def entry(self) -> dict[str, Any]:
        """Return the shard as DescribeStream shows it."""
        numbers = {"StartingSequenceNumber": sequence_number(self.starts_at)}
        if self.ends_at is not None:
            numbers["EndingSequenceNumber"] = sequence_number(self.ends_at)
        parent = {} if self.parent is None else {"ParentShardId": self.parent}
        return {"ShardId": self.shard_id, "SequenceNumberRange": numbers, **parent}


class TableStream:
    """The stream of one table, which it follows."""

    def __init__(
        self, name: str, table: Table, *, shards: int = 1, view: ViewType = ViewType.NEW_IMAGE, now: float = 0.0
    ) -> None:
        """Follow a table (made with `streams=True`) from its first change on; it has a partition for each shard."""
        self.name = name
        self.table = table
        self.view = view
        self.made_at = now
        self.shards: dict[str, StreamShard] = {}
        """By ID: all that hold or take changes, in order of their IDs."""
        self._made = 0
        self._seen = 0
        self._open: list[StreamShard] = []
        for number in range(shards):
            self._make(number * _KEYS // shards, (number + 1) * _KEYS // shards - 1, now)

    def settle(self, now: float) -> None:
        """Take in what has changed, let a shard be followed by another, and forget what is over 24 hours old."""
        for change in self.table.changes[self._seen :]:
            self._roll_over(change.at)
            self._seen = change.sequence_number
            key = zlib.crc32(repr(change.key[0]).encode())
            next(shard for shard in self._open if shard.first_key <= key <= shard.last_key).changes.append(change)
        self._roll_over(now)
        horizon = now - STREAM_SECONDS
        for shard in list(self.shards.values()):
            shard.trim(horizon)
            if shard.closed_at is not None and shard.closed_at < horizon:
                del self.shards[shard.shard_id]

    @property
    def open_shards(self) -> Sequence[StreamShard]:
        """The shards that take changes."""
        return self._open

    def split(self, number: int, now: float) -> None:
        """Let one of the open shards be followed by two, as where the table's partition is split."""
        self.settle(now)
        shard = self._open[number]
        middle = (shard.first_key + shard.last_key + 1) // 2
        self._close(shard, now)
        self._make(shard.first_key, middle - 1, now, shard.shard_id)
        self._make(middle, shard.last_key, now, shard.shard_id)

    def record(self, change: Change) -> dict[str, Any]:
        """Return a change as GetRecords tells of it."""
        images = {}
        if self.view.has_new and change.new_image is not None:
            images["NewImage"] = change.new_image
        if self.view.has_old and change.old_image is not None:
            images["OldImage"] = change.old_image
        told = {
            "ApproximateCreationDateTime": float(int(change.at)),
            "Keys": change.keys,
            **images,
            "SequenceNumber": sequence_number(change.sequence_number),
            "SizeBytes": item_size(change.keys) + sum(map(item_size, images.values())),
            "StreamViewType": self.view.value,
        }
        record: dict[str, Any] = {
            "eventID": f"{change.sequence_number:032x}",
            "eventName": change.event_name,
            "eventVersion": VERSION,
            "eventSource": SOURCE,
            "awsRegion": REGION,
            "dynamodb": told,
        }
        if change.by_expiry:
            record["userIdentity"] = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
        return record

    def _roll_over(self, now: float) -> None:
        for shard in list(self._open):
            if now >= shard.made_at + SHARD_SECONDS:
                self._close(shard, now)
                self._make(shard.first_key, shard.last_key, now, shard.shard_id)

    def _close(self, shard: StreamShard, now: float) -> None:
        shard.closed_at, shard.ends_at = now, self._seen
        self._open.remove(shard)

    def _make(self, first: int, last: int, now: float, parent: str | None = None) -> None:
        self._made += 1
        shard_id = f"shardId-{self._made:020d}-{self._made:08x}"
        shard = StreamShard(shard_id, first, last, now, self._seen, parent)
        self.shards[shard_id] = shard
        self._open.append(shard)


def sequence_number(number: int) -> str:
    """Return the sequence number of a table's change by its number."""
    return str(_NUMBER + number)


def number_of(text: str) -> int:
    """Return the number of a change by its sequence number.

    >>> number_of(sequence_number(7))
    7
    """
    return int(text) - _NUMBER
