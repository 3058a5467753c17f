"""The busiest partition keys of each shard, from samples of what is sent.

Aggregation hides from Kinesis's own metrics which key makes a shard hot; the producer has the keys. Taking every event
into account would cost more than aggregating it, so records are sampled: after a call, outside of the producer's lock,
on the thread that made it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import nlargest
from threading import Lock
from typing import Final

from penstock.delivery.calls import Call, PutRecords
from penstock.delivery.frequent_keys import FrequentKeys
from penstock.delivery.record import Record
from penstock.delivery.statistics import BusyKey

SHARD_SECONDS: Final = 1.0
"""Average time from a sample of a shard to the next, while the shards are few."""

SAMPLES_PER_SECOND: Final = 10.0
"""Most samples in all: with more shards than that, each is sampled less often."""

SAMPLE_EVENTS: Final = 500
"""A sample takes no further record once it has so many events."""

HALF_LIFE_SECONDS: Final = 60.0
"""After how long an event weighs half of a new one."""

KEPT_SECONDS: Final = 600.0
"""How long a shard is remembered after its last sample."""

LEAST_CAPACITY: Final = 128
"""Keys that are kept for each shard at least; twice as many as are asked for."""


@dataclass(eq=False, slots=True)
class _Sketch:
    """What is known of a shard. ``unsampled`` counts events and bytes sent since its last sample."""

    events: FrequentKeys
    bytes: FrequentKeys
    due_at: float
    sampled_at: float
    unsampled_events: int = 0
    unsampled_bytes: int = 0
    sample: list[Record] = field(default_factory=list)
    sample_events: int = 0


class BusiestKeys:
    """Estimates how much of each shard's events and bytes the busiest keys have. Safe between threads.

    Each sample stands for all that was sent to its shard since the last, so that bursts count in full. Older traffic
    fades away. A share is never too large and too small by less than 1 / 129 of the shard's traffic, so keys with less
    than that may be missing; but for chance: with aggregates of 180 events, a key that has a tenth of them is found to
    have that give or take 0.3 percentage points in two cases of three.

    Args:
        keys: how many of each shard's keys to name, 0 for none: then nothing is sampled.
        random: returns a number from 0 to 1, so that samples don't fall in step with the traffic.

    Attributes:
        by_shard: the keys by shard id, busiest first. Reading it needs no lock.
    """

    def __init__(self, keys: int, *, random: Callable[[], float]) -> None:
        self._keys = keys
        self._random = random
        self._lock = Lock()
        self._sketches: dict[str, _Sketch] = {}
        self.by_shard: dict[str, tuple[BusyKey, ...]] = {}

    def sample(self, call: Call) -> None:
        """Take note of a call that was made; look into some of its records if it is time to."""
        if not self._keys or not isinstance(call, PutRecords):
            return
        with self._lock:
            due = self._choose(call)
        for shard_id, records, events, size in due:
            event_counts: Counter[str] = Counter()
            byte_counts: Counter[str] = Counter()
            for record in records:
                for event in record.user_records():
                    event_counts[event.partition_key] += 1
                    byte_counts[event.partition_key] += len(event.partition_key) + len(event.data)
            with self._lock:
                self._learn(shard_id, call.started, _scaled(event_counts, events), _scaled(byte_counts, size))

    def _choose(self, call: PutRecords) -> list[tuple[str, list[Record], int, int]]:
        """Return the shards to sample now, with records to look into and the events and bytes that they stand for."""
        now = call.started
        due: dict[str, _Sketch] = {}
        for record in call.records:
            if record.tries > 1:
                continue  # it has been here before
            shard_id = record.lane.shard_id
            sketch = self._sketches.get(shard_id) or self._new(shard_id, now)
            sketch.unsampled_events += record.count
            sketch.unsampled_bytes += record.size
            if now >= sketch.due_at and sketch.sample_events < SAMPLE_EVENTS:
                sketch.sample.append(record)
                sketch.sample_events += record.count
                due[shard_id] = sketch
        chosen = []
        interval = max(SHARD_SECONDS, len(self._sketches) / SAMPLES_PER_SECOND)
        for shard_id, sketch in due.items():
            chosen.append((shard_id, sketch.sample, sketch.unsampled_events, sketch.unsampled_bytes))
            sketch.due_at = now + interval * (0.5 + self._random())
            sketch.unsampled_events = sketch.unsampled_bytes = sketch.sample_events = 0
            sketch.sample = []
        return chosen

    def _new(self, shard_id: str, now: float) -> _Sketch:
        # The only place where memory grows, so what is over is forgotten here.
        for other in [other for other, sketch in self._sketches.items() if sketch.sampled_at < now - KEPT_SECONDS]:
            del self._sketches[other]
            self.by_shard.pop(other, None)
        capacity = max(LEAST_CAPACITY, 2 * self._keys)
        sketch = self._sketches[shard_id] = _Sketch(FrequentKeys(capacity), FrequentKeys(capacity), now, now)
        return sketch

    def _learn(self, shard_id: str, now: float, events: dict[str, float], sizes: dict[str, float]) -> None:
        sketch = self._sketches.get(shard_id)
        if sketch is None:
            return
        factor = 0.5 ** (max(0.0, now - sketch.sampled_at) / HALF_LIFE_SECONDS)
        sketch.sampled_at = max(now, sketch.sampled_at)
        for keys, weights in ((sketch.events, events), (sketch.bytes, sizes)):
            keys.fade(factor)
            keys.add(weights)
        known = {*sketch.events.weights, *sketch.bytes.weights}
        busy = (BusyKey(key, sketch.events.share(key), sketch.bytes.share(key)) for key in known)
        # The key breaks ties, so that the order does not hang on that of a set.
        self.by_shard[shard_id] = tuple(nlargest(self._keys, busy, key=lambda key: (max(key[1:]), key.partition_key)))


def _scaled(weights: Counter[str], total: float) -> dict[str, float]:
    factor = total / weights.total()
    return {key: weight * factor for key, weight in weights.items()}
