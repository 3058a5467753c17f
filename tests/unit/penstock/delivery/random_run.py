"""A producer and a stream in virtual time, with options, traffic, faults and reshards drawn from a seed."""

from collections import Counter
from heapq import heappop, heappush
from itertools import count, pairwise
from random import Random
from typing import Any

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig
from penstock.delivery.calls import Answer, Call, CallFailure, PutRecords
from penstock.delivery.core import Delivery
from penstock.delivery.outcomes import Failure, PutResult
from penstock.hash_keys import MAX_HASH_KEY
from tests.unit.penstock.delivery.fake_stream import LOST, MIB, FakeStream
from tests.unit.penstock.delivery.hand_shell import Fate

CODES = ["ProvisionedThroughputExceededException", "InternalFailure"]
SLOW_DOWN = CallFailure("ThrottlingException", "slow down", 400)
REFUSED = CallFailure("InvalidArgumentException", "there is poison in it", 400)
POISON = b"poison"


class RandomRun:
    """Puts events while things go wrong, then lets the producer recover.

    Attributes:
        put: the events that were taken, each different, in this order.
        fates: what becomes of them.
        sent: of each shard, when how many bytes were sent to it.
    """

    def __init__(self, seed: int, *, shards: int | None = None, **options: Any) -> None:  # noqa: ANN401 - of its own type
        """Draw what `options` and `shards`, the number of shards in the beginning, do not tell."""
        self.random = Random(seed)
        self.config = ProducerConfig(**{**self._options(), **options})
        self.stream = FakeStream(shards or self.random.randint(1, 4), page=self.random.choice([1, 2, 1000]))
        self.stream.fault = self._record_fault
        self.core = Delivery(self.config, random=self.random.random)
        self.faults = self.random.choice([0.0, 0.2, 0.6])
        self.resharding = self.random.choice([0.0, 0.05, 0.3])
        self.poison = self.random.choice([0.0, 0.0, 0.01])
        self.burst = self.random.choice([1, 50])
        slow = self.config.rate_limit_percent == 1
        large = [0, 20_000] if slow else [100_000, 300_000]
        small = [0, 10, 100, 1000]
        self.sizes = self.random.choice([small, small, small, small, [*small, 60_000], large])
        self.now = 0.0
        self.answers: list[tuple[float, int, Call, Answer | None]] = []
        self.order = count()
        self.put: list[UserRecord] = []
        self.fates: list[Fate] = []
        self.sent: dict[str, list[tuple[float, int]]] = {}

    def _options(self) -> dict[str, Any]:
        choose = self.random.choice
        return {
            "aggregate": choose([True, True, True, False]),
            "aggregate_bytes": choose([64, 500, 51_200]),
            "lanes_per_shard": choose([1, 2, 3]),
            "linger_seconds": choose([0, 0.1, 1]),
            "call_records": choose([1, 3, 500]),
            "call_bytes": choose([MIB, 10 * MIB]),
            "calls_in_flight": choose([1, 2, 4]),
            "buffer_bytes": 4 * MIB,
            "ordered": choose([True, False]),
            "rate_limit_percent": choose([None, 150, 150, 20, 1]),
            "fail_if_throttled": choose([False, False, True]),
            "time_to_live_seconds": choose([None, None, 0.05, 2, 30]),
            "shard_refresh_seconds": choose([1, 60]),
            "when_full": choose(["wait", "drop_oldest"]),
            "resend_misrouted": choose([True, True, False]),
        }

    def go(self, events: int) -> None:
        """Put so many events, and wait until each has an outcome."""
        tries = 0
        while len(self.put) < events and tries < 10 * events:
            for _ in range(self.random.choice([1, 1, 5, self.burst])):
                tries += 1
                self._put()
            if self.random.random() < self.resharding:
                for _ in range(self.random.choice([1, 1, 4])):
                    self._reshard()
            self._advance(self.now + self.random.choice([0, 0.01, 0.1, 2]))
        self.faults = 0.0
        mark = self.core.flush()
        self._poll()
        for _ in range(10_000):
            if self.core.flushed(mark):
                return
            self._advance(self.now + 1)
        raise AssertionError("the producer has not recovered")

    def _put(self) -> None:
        key = self.random.choice(["a", "b", f"key-{self.random.randrange(1000)}"])
        explicit = str(self.random.randint(0, MAX_HASH_KEY)) if self.random.random() < 0.1 else None
        mark = POISON if self.random.random() < self.poison else b""
        data = mark + b"%d:" % len(self.put) + bytes(self.random.choice(self.sizes))
        receipt = self.core.add(key, explicit, data)
        if receipt is None and self.config.when_full == "drop_oldest" and self.core.make_room(len(data)):
            receipt = self.core.add(key, explicit, data)
            assert receipt is not None
        if receipt is not None:
            self.put.append(UserRecord(key, explicit, data))
            self.fates.append(Fate(*receipt))
        if self.core.urgent:
            self._poll()

    def _reshard(self) -> None:
        shards = self.stream.open_shards
        if self.random.random() < 0.5 and len(shards) > 1:
            at = self.random.randrange(len(shards) - 1)
            self.stream.merge(shards[at], shards[at + 1])
        elif len(shards) < 8:
            shard = self.random.choice(shards)
            middle = (shard.start + shard.end) // 2 + 1
            self.stream.split(shard, self.random.choice([middle, self.random.randint(shard.start + 1, shard.end)]))

    def _advance(self, until: float) -> None:
        while True:
            times = [until, *(answer[0] for answer in self.answers[:1])]
            wake_at = self.core.wake_at()
            if wake_at is not None:
                times.append(wake_at)
            self.now = max(self.now, min(times))
            if self.answers and self.answers[0][0] <= self.now:
                _, _, call, answer = heappop(self.answers)
                self.core.answer(call, answer or self._answer(call), self.now)
                self._poll()
            elif wake_at is not None and wake_at <= self.now:
                self._poll()
            else:
                return

    def _poll(self) -> None:
        for call in self.core.poll(self.now):
            if isinstance(call, PutRecords):
                self._check(call)
            heappush(self.answers, (self.now + self.random.uniform(0, 0.5), next(self.order), call, self._fate(call)))
        in_flight = [call for _, _, call, _ in self.answers if isinstance(call, PutRecords)]
        assert len(in_flight) <= self.config.calls_in_flight
        assert len(self.answers) - len(in_flight) <= 1
        if self.config.ordered:
            self._check_lanes(in_flight)
        if self.random.random() < 0.1:
            assert self.core.statistics().buffered_bytes <= self.config.buffer_bytes + 100_000
        wake_at = self.core.wake_at()
        assert wake_at is None or wake_at > self.now, "it is polled without end"

    def _fate(self, call: Call) -> Answer | None:
        """Return a call's answer if it is carried out now or never; otherwise it will be when the answer is due."""
        if self.random.random() >= self.faults:
            return self._answer(call) if self.random.random() < 0.5 else None
        fault = self.random.choice(["lost", "never arrived", "slow down"])
        if fault == "lost":
            self._answer(call)
        return SLOW_DOWN if fault == "slow down" else LOST

    def _answer(self, call: Call) -> Answer:
        if isinstance(call, PutRecords) and any(POISON in record.data() for record in call.records):
            return REFUSED
        return self.stream.answer(call)

    def _record_fault(self, _: str) -> str | None:
        return self.random.choice(CODES) if self.random.random() < self.faults else None

    def _check(self, call: PutRecords) -> None:
        entries = call.entries()
        size = sum(len(entry["Data"]) + len(entry["PartitionKey"]) for entry in entries)
        assert len(entries) <= self.config.call_records
        assert len(entries) == 1 or size <= self.config.call_bytes
        for record, entry in zip(call.records, entries, strict=True):
            assert record.size == len(entry["Data"])
            assert record.count == 1 or record.size <= self.config.aggregate_bytes
            shard = self.stream.shard_at(record.hash_key)
            self.sent.setdefault(shard.shard_id, []).append((self.now, record.call_bytes))

    def _check_lanes(self, calls: list[PutRecords]) -> None:
        lanes = sorted((record.lane.start, record.lane.end) for call in calls for record in call.records)
        for (_, end), (start, _) in pairwise(lanes):
            assert end < start, "records of one lane are in flight together"

    @property
    def acknowledged(self) -> list[UserRecord]:
        return [event for event, fate in zip(self.put, self.fates, strict=True) if isinstance(fate.outcome, PutResult)]

    @property
    def failures(self) -> Counter[str]:
        """How many events failed, by the kind of exception."""
        return Counter(fate.outcome.kind.__name__ for fate in self.fates if isinstance(fate.outcome, Failure))
