"""Random runs: whatever goes wrong for a while, every event arrives and every future resolves."""

from collections import Counter
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.aggregation import UserRecord
from penstock.config import ProducerConfig
from penstock.delivery.calls import Answer, Call, CallFailure, PutRecords
from penstock.delivery.core import Delivery
from penstock.delivery.outcomes import PutResult
from penstock.hash_keys import MAX_HASH_KEY
from tests.unit.penstock.delivery.fake_stream import LOST, MIB, FakeStream
from tests.unit.penstock.delivery.hand_shell import Fate

CODES = ["ProvisionedThroughputExceededException", "InternalFailure"]
REFUSED = CallFailure("ThrottlingException", "slow down", 400)


class Run:
    """A producer and a stream in virtual time, with faults drawn from a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.config = ProducerConfig(**self._options())
        self.stream = FakeStream(self.random.randint(1, 4), page=self.random.choice([1, 2, 1000]))
        self.stream.fault = self._record_fault
        self.core = Delivery(self.config, random=self.random.random)
        self.faults = self.random.choice([0.0, 0.2, 0.6])
        self.resharding = self.random.choice([0.0, 0.05])
        self.now = 0.0
        self.answers: list[tuple[float, int, Call, Answer | None]] = []
        self.order = count()
        self.put: list[UserRecord] = []
        self.fates: list[Fate] = []

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
        }

    def _record_fault(self, _: str) -> str | None:
        return self.random.choice(CODES) if self.random.random() < self.faults else None

    def go(self, events: int) -> None:
        """Put events while things go wrong, then let the producer recover."""
        while len(self.put) < events:
            for _ in range(self.random.choice([1, 1, 5, 50])):
                self._put()
            if self.random.random() < self.resharding:
                self._reshard()
            self._advance(self.now + self.random.choice([0, 0.01, 0.1, 2]))
        self.faults = 0.0
        mark = self.core.flush()
        for _ in range(10_000):
            if self.core.flushed(mark):
                return
            self._advance(self.now + 1)
        raise AssertionError("the producer has not recovered")

    def _put(self) -> None:
        key = self.random.choice(["a", "b", f"key-{self.random.randrange(1000)}"])
        explicit = str(self.random.randint(0, MAX_HASH_KEY)) if self.random.random() < 0.1 else None
        data = b"%d:" % len(self.put) + bytes(self.random.choice([0, 10, 100, 100, 1000, 60_000]))
        receipt = self.core.add(key, explicit, data)
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
                self.core.answer(call, answer or self.stream.answer(call), self.now)
                self._poll()
            elif wake_at is not None and wake_at <= self.now:
                self._poll()
            else:
                return

    def _poll(self) -> None:
        for call in self.core.poll(self.now):
            self._check(call)
            heappush(self.answers, (self.now + self.random.uniform(0, 0.5), next(self.order), call, self._fate(call)))
        in_flight = [call for _, _, call, _ in self.answers]
        assert sum(isinstance(call, PutRecords) for call in in_flight) <= self.config.calls_in_flight
        assert sum(not isinstance(call, PutRecords) for call in in_flight) <= 1
        assert self.core.statistics().buffered_bytes <= self.config.buffer_bytes + 100_000

    def _fate(self, call: Call) -> Answer | None:
        """Return a call's answer if it is carried out now or never; otherwise it will be when the answer is due."""
        if self.random.random() >= self.faults:
            return self.stream.answer(call) if self.random.random() < 0.5 else None
        fault = self.random.choice(["lost", "never arrived", "refused"])
        if fault == "lost":
            self.stream.answer(call)
        return REFUSED if fault == "refused" else LOST

    def _check(self, call: Call) -> None:
        if isinstance(call, PutRecords):
            entries = call.entries()
            size = sum(len(entry["Data"]) + len(entry["PartitionKey"]) for entry in entries)
            assert len(entries) <= self.config.call_records
            assert len(entries) == 1 or size <= self.config.call_bytes
            for record, entry in zip(call.records, entries, strict=True):
                assert record.size == len(entry["Data"])
                assert record.count == 1 or record.size <= self.config.aggregate_bytes


def check(run: Run) -> None:
    outcomes = [fate.outcome for fate in run.fates]
    assert all(isinstance(outcome, PutResult) for outcome in outcomes)
    put = Counter(run.put)
    assert not put - Counter(run.stream.events)
    assert not put - Counter(run.stream.events_for_kcl)
    statistics = run.core.statistics()
    assert statistics.user_records_put == statistics.user_records_received == len(put)
    assert statistics.buffered_bytes == statistics.calls_in_flight == 0


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32))
def test_every_event_arrives_and_every_future_resolves(seed: int) -> None:
    run = Run(seed)
    run.go(events=150)
    check(run)


@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_sent_twice_when_nothing_goes_wrong(seed: int) -> None:
    run = Run(seed)
    run.faults = run.resharding = 0.0
    run.go(events=1000)
    check(run)
    assert Counter(run.stream.events) == Counter(run.put)
