"""One stream: its shards, which of them takes a hash key, and how they are split and merged over time.

Sources: Amazon Kinesis Data Streams API Reference, SplitShard, MergeShards and UpdateShardCount; Developer Guide,
"Consider data routing, data persistence, and shard state after a reshard". Times are epoch seconds.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

from simulation.services.kinesis.limits import MIB
from simulation.services.kinesis.shard import Shard

KEYS: Final = 2**128
"""Hash keys are 0 to one less."""

Reshard = Callable[[float], None]
"""Changes the shards at a time."""


class Stream:
    """A stream in provisioned mode."""

    def __init__(
        self,
        name: str,
        shards: int = 1,
        *,
        now: float = 0.0,
        retention_hours: float = 24,
        max_record_bytes: int = MIB,
        arn: str | None = None,
    ) -> None:
        """Make a stream without records.

        Args:
            name: of the stream.
            shards: how many, of equal ranges.
            now: when it is made.
            retention_hours: how long records are kept.
            max_record_bytes: of data and partition key of a record.
            arn: if it is to be another than one made of the name.
        """
        self.name = name
        self.arn = arn or f"arn:aws:kinesis:eu-west-1:123456789012:stream/{name}"
        self.made_at = now
        self.retention_hours = retention_hours
        self.max_record_bytes = max_record_bytes
        self.shards: dict[str, Shard] = {}
        """By ID: all that hold or take records, in order of their IDs."""
        self._made = 0
        self._open: list[Shard] = []
        self._starts: list[int] = []
        self._due: list[tuple[float, Reshard]] = []
        for first, last in _ranges(_bounds(shards)):
            self._make(first, last, now)
        self._index()

    @property
    def open_shards(self) -> Sequence[Shard]:
        """The shards that take records, in order of their hash keys."""
        return self._open

    @property
    def is_active(self) -> bool:
        """Whether no resharding is under way."""
        return not self._due

    def shard_at(self, key: int) -> Shard:
        """Return the open shard that takes a hash key."""
        return self._open[bisect_right(self._starts, key) - 1]

    def horizon(self, now: float) -> float:
        """Return when the oldest record may have arrived: the trim horizon."""
        return max(now - self.retention_hours * 3600, self.made_at)

    def settle(self, now: float) -> None:
        """Let happen what is due by now: resharding, and the end of what is over its retention."""
        while self._due and self._due[0][0] <= now:
            at, reshard = self._due[0]
            reshard(at)
            del self._due[0]
        horizon = self.horizon(now)
        for shard in list(self.shards.values()):
            shard.trim(horizon)
            if shard.is_expired(horizon):
                del self.shards[shard.shard_id]

    def split(self, shard: Shard, at_key: int, due: float) -> None:
        """Close a shard at a time in favour of two: the hash keys below `at_key`, and the others."""
        self._due.append((due, lambda now: self._replace([shard], [shard.first_key, at_key, shard.last_key + 1], now)))

    def merge(self, one: Shard, other: Shard, due: float) -> None:
        """Close two adjacent shards at a time in favour of one."""
        lower, upper = sorted((one, other), key=lambda shard: shard.first_key)
        bounds = [lower.first_key, upper.last_key + 1]
        self._due.append((due, lambda now: self._replace([one, other], bounds, now)))

    def resize(self, shards: int, splits_due: float, merges_due: float) -> None:
        """Make so many shards of equal ranges: by splits at one time, whose children live until merges at another."""
        bounds = _bounds(shards)

        def split(now: float) -> None:
            for shard in list(self._open):
                within = [key for key in bounds if shard.first_key < key <= shard.last_key]
                left = shard
                for key in within:
                    self._replace([left], [left.first_key, key, left.last_key + 1], now)
                    left = self.shard_at(key)

        def merge(now: float) -> None:
            for shard in list(self._open):
                if shard.first_key not in bounds:
                    left, right = self.shard_at(shard.first_key - 1), self.shard_at(shard.first_key)
                    self._replace([left, right], [left.first_key, right.last_key + 1], now)

        self._due += [(splits_due, split), (merges_due, merge)]

    def _replace(self, parents: list[Shard], bounds: list[int], now: float) -> None:
        for parent in parents:
            parent.closed_at = now
        children = tuple(self._make(first, last, now, tuple(parents)) for first, last in _ranges(bounds))
        for parent in parents:
            parent.children = children
        self._index()

    def _make(self, first: int, last: int, now: float, parents: tuple[Shard, ...] = ()) -> Shard:
        shard = Shard(self._made, first, last, now, parents)
        self._made += 1
        self.shards[shard.shard_id] = shard
        return shard

    def _index(self) -> None:
        self._open = sorted(
            (shard for shard in self.shards.values() if shard.closed_at is None), key=lambda shard: shard.first_key
        )
        self._starts = [shard.first_key for shard in self._open]


def _bounds(shards: int) -> list[int]:
    """Return where equal ranges begin, and the end of the last."""
    return [number * KEYS // shards for number in range(shards + 1)]


def _ranges(bounds: list[int]) -> list[tuple[int, int]]:
    return [(first, end - 1) for first, end in pairwise(bounds)]
