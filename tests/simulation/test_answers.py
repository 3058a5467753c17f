"""What handlers answer at the edges: nothing where something is wrong that nobody foresaw, so that all is repeated."""

import pytest

from simulation.services.faults import Fault
from simulation.services.stream_records import as_lambda_sends
from tests.simulation.environments import Environment, FunctionName, Invocation, simulate_handlers
from tests.simulation.stream import SHARDS
from tests.simulation.world import World, checkpoint
from tests.unit.consumers.ingest.batches import a_batch
from tests.unit.consumers.simulated_tables import LOG_TABLE


class UnforeseenError(Exception):
    """What no code under test knows."""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    """A world in which some events were sent and folded, and nothing fails."""
    simulate_handlers(monkeypatch)
    world = World(seed=1, sweeps=False)
    world.fault_rate = world.kill_rate = world.late_rate = 0.0
    for _ in range(12):
        world.stream.put(world.now)
    for shard in SHARDS:
        world.ingest(0, shard, world.stream.shards[shard])
    return world


def batches(world: World) -> dict[FunctionName, dict[str, list[dict[str, object]]]]:
    changes = world.dynamodb.tables[LOG_TABLE].changes
    return {
        FunctionName.INGEST: a_batch(*world.stream.shards[SHARDS[0]]),
        FunctionName.ROLLUP: {"Records": [as_lambda_sends(change, LOG_TABLE) for change in changes]},
    }


@pytest.mark.parametrize("function", [FunctionName.INGEST, FunctionName.ROLLUP])
def test_what_is_unforeseen_fails_the_batch_as_a_whole(world: World, function: FunctionName) -> None:
    def unforeseen(_: str) -> Fault:
        raise UnforeseenError

    environment = Environment(function, world)
    world.dynamodb.before_call = world.s3.before_call = unforeseen
    with pytest.raises(UnforeseenError):
        environment.invoke(batches(world)[function], Invocation())


@pytest.mark.parametrize("function", [FunctionName.INGEST, FunctionName.ROLLUP])
def test_with_no_time_the_first_record_that_needs_a_call_is_answered(world: World, function: FunctionName) -> None:
    batch = batches(world)[function]
    numbers = [number for record in batch["Records"] for number in sequence_numbers(record)]
    answer = Environment(function, world).invoke(batch, Invocation(short_after=0))
    assert checkpoint(answer, numbers) is not None
    assert len(answer["batchItemFailures"]) == 1


@pytest.mark.parametrize("function", [FunctionName.INGEST, FunctionName.ROLLUP])
def test_an_empty_batch_and_a_batch_once_more_are_acknowledged(world: World, function: FunctionName) -> None:
    environment = Environment(function, world)
    full = batches(world)[function]
    for batch in ({"Records": full["Records"][:0]}, full, full):
        assert environment.invoke(batch, Invocation()) == {"batchItemFailures": []}


def sequence_numbers(record: dict[str, object]) -> list[int]:
    return [
        int(part[name])
        for part in record.values()
        if isinstance(part, dict)
        for name in ("sequenceNumber", "SequenceNumber")
        if name in part
    ]
