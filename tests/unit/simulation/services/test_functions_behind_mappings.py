"""The model of Lambda behind the poller's core: timeouts are function errors, throttles are none."""

import pytest

from simulation.event_source_mapping import InvocationResult
from simulation.services.functions import Begun, Ending, FunctionSettings, SimulatedLambda
from tests.unit.simulation.event_source_mapping.world import Call, StreamShard, World, mapping

TIMEOUT = 10.0
COLD = 2.0


class Mapped(World):
    """A mapping whose function is the model's; an invocation of some data hangs until it is killed."""

    def __init__(self, *hanging: str, reserved: int | None = None, seconds: float = 1.0) -> None:
        super().__init__(mapping(MaximumRetryAttempts=2, BatchSize=1), self._result)
        self.lambda_ = SimulatedLambda()
        self.lambda_.start_seconds = lambda: COLD
        self.lambda_.deploy(FunctionSettings("ingest", TIMEOUT, reserved), self.now)
        self.hanging = hanging
        self.seconds = seconds
        self.begun: list[Begun] = []
        self._under_way: dict[int, InvocationResult | Begun] = {}

    def time_of(self, call: Call) -> float:
        begun = self.lambda_.begin("ingest", b"{}", self.now)
        self._under_way[id(call)] = begun
        if not isinstance(begun, Begun):
            return 0.0
        self.begun.append(begun)
        return min(begun.deadline, begun.runs_at + (1e9 if call.data[0] in self.hanging else self.seconds)) - self.now

    def _result(self, call: Call) -> InvocationResult:
        begun = self._under_way.pop(id(call))
        if not isinstance(begun, Begun):
            return begun
        ending = Ending.TIMED_OUT if call.data[0] in self.hanging else Ending.ANSWERED
        return self.lambda_.ended(begun, ending, b"null", self.now)


def test_an_invocation_that_hangs_is_killed_and_its_batch_retried_in_a_new_environment() -> None:
    world = Mapped("hangs")
    world.put("hangs", "next")
    world.run(200)
    assert world.delivered == [["hangs"]] * 3 + [["next"]]
    assert [begun.cold for begun in world.begun] == [True] * 4
    assert world.times[1] == pytest.approx(COLD + TIMEOUT + 0.25)
    assert (world.core.counters.errors, world.core.counters.discarded) == (3, 1)


def test_shards_beyond_the_reserved_concurrency_are_throttled_and_lose_nothing() -> None:
    world = Mapped(reserved=1)
    world.shards["other"] = StreamShard()
    world.put("a", "b")
    world.put("c", "d", shard="other")
    world.run(200)
    counters = world.core.counters
    assert counters.throttles > 2  # more than there are retries, which they do not consume
    assert (counters.errors, counters.discarded, counters.acknowledged) == (0, 0, 4)
    assert {begun.environment for begun in world.begun} == {1}
