"""From an ordered producer through concurrent batches of a shard: every author's events arrive in order.

The producer's core and the poller's are the real ones. An author's events share a lane, a lane's records a partition
key, and a key's records a slot, whichever it is: so nothing hangs on how Lambda assigns keys to batches.
"""

from collections import defaultdict
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.aggregation import UserRecord
from simulation.event_source_mapping import Answered, FunctionFailed, InvocationResult, Throttled
from simulation.event_source_mapping.assignment import Assignment, by_hash
from tests.unit.penstock.delivery.fake_stream import read
from tests.unit.penstock.delivery.random_run import RandomRun
from tests.unit.simulation.event_source_mapping.world import OK, START, Call, Put, StreamShard, World, failures, mapping

SHARDS = 8
LANES = 8
FACTOR = 4


def produced(seed: int, *, faults: float) -> RandomRun:
    """Have an ordered producer put events of a few authors while records are refused, calls lost and repeated."""
    run = RandomRun(
        seed,
        shards=SHARDS,
        ordered=True,
        lanes_per_shard=LANES,
        aggregate_bytes=500,
        call_records=3,
        rate_limit_percent=None,
        fail_if_throttled=False,
        time_to_live_seconds=None,
        when_full="wait",
    )
    run.faults, run.resharding, run.poison, run.sizes = faults, 0.0, 0.0, [0, 10, 100]
    run.go(250)
    return run


class Delivery(World):
    """Delivers what a producer has put, and keeps which events the function saw, in order of its invocations."""

    def __init__(self, run: RandomRun, assignment: Assignment, seed: int, *, failing: float) -> None:
        super().__init__(
            mapping(
                ParallelizationFactor=FACTOR,
                BatchSize=10,
                BisectBatchOnFunctionError=True,
                FunctionResponseTypes=["ReportBatchItemFailures"],
            ),
            self._answer,
            assignment=assignment,
        )
        self.random = Random(seed)
        self.failing = failing
        self.records = {str(number): record for number, record in enumerate(_all_records(run))}
        self.events: list[UserRecord] = []
        self.running_in: defaultdict[str, int] = defaultdict(int)
        self.most_running_in: defaultdict[str, int] = defaultdict(int)
        numbers = iter(self.records.items())
        self.shards = {
            shard.shard_id: StreamShard(
                records=[
                    Put(place, record[1], number, START)
                    for place, (_, (number, record)) in enumerate(zip(shard.records, numbers, strict=False), start=1)
                ]
            )
            for shard in run.stream.shards
        }

    def deliver(self) -> None:
        """Let time pass until everything is delivered."""
        for seconds in range(10, 5_000, 10):
            self.run(seconds)
            if self.core.idle():
                return
        raise AssertionError("something is never delivered")

    def time_of(self, call: Call) -> float:
        shard = _shard_of(call)
        self.running_in[shard] += 1
        self.most_running_in[shard] = max(self.most_running_in[shard], self.running_in[shard])
        for data in call.data:
            self.events += read(*self.records[data])
        return self.random.choice([0.1, 0.5, 3.0])

    def _answer(self, call: Call) -> InvocationResult:
        self.running_in[_shard_of(call)] -= 1
        if self.random.random() >= self.failing:
            return OK
        fate = self.random.choice(["failed", "throttled", "partial", "nonsense"])
        if fate == "failed":
            return FunctionFailed()
        if fate == "throttled":
            return Throttled()
        if fate == "nonsense":
            return Answered(b'{"batchItemFailures":[{"itemIdentifier":""}]}', "request")
        numbers = [record["kinesis"]["sequenceNumber"] for record in call.event["Records"]]
        return failures(self.random.choice(numbers))


def _all_records(run: RandomRun) -> list[tuple[bytes, str, str | None]]:
    return [record for shard in run.stream.shards for record in shard.records]


def _shard_of(call: Call) -> str:
    return str(call.event["Records"][0]["eventID"].split(":")[0])


def check_order(put: list[UserRecord], seen: list[UserRecord]) -> None:
    """Check that each key's events came first in the order of their puts, and that none is missing."""
    first: defaultdict[tuple[str, str | None], list[UserRecord]] = defaultdict(list)
    for event in dict.fromkeys(seen):
        first[event.partition_key, event.explicit_hash_key].append(event)
    expected: defaultdict[tuple[str, str | None], list[UserRecord]] = defaultdict(list)
    for event in put:
        expected[event.partition_key, event.explicit_hash_key].append(event)
    assert first == expected


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32), slots=st.lists(st.integers(0, FACTOR - 1), min_size=1, max_size=SHARDS * LANES))
def test_authors_stay_in_order_whatever_keys_are_assigned_to_which_batch(seed: int, slots: list[int]) -> None:
    run = produced(seed, faults=0.2)
    keys: dict[str, int] = {}

    def assignment(key: str, _: int) -> int:
        return slots[keys.setdefault(key, len(keys)) % len(slots)]

    world = Delivery(run, assignment, seed, failing=0.2)
    world.deliver()
    check_order(run.put, world.events)


def test_batches_of_one_shard_run_at_the_same_time() -> None:
    run = produced(1, faults=0.0)
    world = Delivery(run, by_hash, 1, failing=0.0)
    world.deliver()
    check_order(run.put, world.events)
    assert max(world.most_running_in.values()) == FACTOR
    assert world.most_running > SHARDS


def test_a_key_in_two_batches_at_once_is_noticed() -> None:
    """What the property would say of an assignment that breaks Lambda's one promise."""
    run = produced(1, faults=0.0)
    places = Random(1)
    world = Delivery(run, lambda _key, factor: places.randrange(factor), 1, failing=0.0)
    world.deliver()
    try:
        check_order(run.put, world.events)
    except AssertionError:
        return
    raise AssertionError("order was kept by chance, or the check can't fail")
