"""How the load is spread: over the shards, and over the partition keys of what was put, aggregated or not."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from penstock.cli.reading.user_records import ReadRecord
from penstock.cli.safe_text import safe_text
from penstock.cli.table import columns

MAX_KEYS: Final = 20_000
"""Keys that are counted in a shard. When there are more, the rarest are forgotten, and counted anew if they come again:
of a key that is among the busiest, little or nothing is missed."""

BUSIEST_KEYS: Final = 5

_KEY_CHARACTERS: Final = 40

HEADER = ("SHARD", "EVENTS", "SHARE", "BYTES", "SHARE")


class ShardLoad:
    """What was read of one shard.

    Attributes:
        records: Kinesis records.
        events: what was put, alone or in aggregates; a damaged aggregate counts as one.
        bytes: of the events' data and keys.
    """

    def __init__(self) -> None:
        self.records = 0
        self.events = 0
        self.bytes = 0
        self._events_by_key: Counter[str] = Counter()
        self._bytes_by_key: Counter[str] = Counter()

    def add(self, events: Iterable[ReadRecord]) -> None:
        """Count a Kinesis record, given as what it holds."""
        self.records += 1
        for event in events:
            size = len(event.data) + len(event.partition_key.encode("utf-8", "replace"))
            self.events += 1
            self.bytes += size
            self._events_by_key[event.partition_key] += 1
            self._bytes_by_key[event.partition_key] += size
        if len(self._events_by_key) > MAX_KEYS:
            self._forget()

    def busiest(self) -> list[tuple[str, int, int]]:
        """Return the keys with the most events, and those with the most bytes: each with its events and bytes."""
        keys = dict.fromkeys(key for key, _ in self._events_by_key.most_common(BUSIEST_KEYS))
        heaviest, _ = next(iter(self._bytes_by_key.most_common(1)), ("", 0))
        keys.setdefault(heaviest)
        return [(key, self._events_by_key[key], self._bytes_by_key[key]) for key in keys if self._events_by_key[key]]

    def _forget(self) -> None:
        # A quarter by each, so that half at least are forgotten: each time is then worth its cost.
        most = MAX_KEYS // 4
        kept = {key for counter in (self._events_by_key, self._bytes_by_key) for key, _ in counter.most_common(most)}
        for counter in (self._events_by_key, self._bytes_by_key):
            for key in counter.keys() - kept:
                del counter[key]


def load_lines(loads: dict[str, ShardLoad]) -> list[str]:
    """Return a table: each shard with its share of the stream, and its busiest keys with their shares of the shard.

    Args:
        loads: by shard id, in the order to show them.
    """
    events = sum(load.events for load in loads.values())
    size = sum(load.bytes for load in loads.values())
    rows = []
    for shard_id, load in loads.items():
        rows.append(_row(shard_id, load.events, events, load.bytes, size))
        rows += [_row(f"  {_shown(key)}", count, load.events, held, load.bytes) for key, count, held in load.busiest()]
    return columns(HEADER, rows, right=frozenset({1, 2, 3, 4}))


def load_object(load: ShardLoad) -> dict[str, Any]:
    """Return a shard's load for JSON."""
    return {
        "records": load.records,
        "events": load.events,
        "bytes": load.bytes,
        "busiest_keys": [{"partition_key": key, "events": count, "bytes": held} for key, count, held in load.busiest()],
    }


def _row(name: str, events: int, of_events: int, size: int, of_size: int) -> tuple[str, ...]:
    return (
        name,
        f"{events:,}",
        f"{events / of_events:.1%}" if of_events else "",
        f"{size:,}",
        f"{size / of_size:.1%}" if of_size else "",
    )


def _shown(key: str) -> str:
    text = safe_text(key)
    return text if len(text) <= _KEY_CHARACTERS else f"{text[: _KEY_CHARACTERS - 1]}…"
