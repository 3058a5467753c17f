"""Starting positions, iterators, splits and merges."""

import pytest

from penstock.listing import ListedShard
from simulation.event_source_mapping import FunctionFailed
from simulation.event_source_mapping.actions import (
    SHARD_END,
    Checkpoint,
    ListShards,
    OpenIterator,
    Position,
    PositionKind,
    ReadProblem,
    ReadRecords,
)
from simulation.event_source_mapping.configuration import MappingConfig
from simulation.event_source_mapping.lineage import MappingLineage
from tests.unit.simulation.event_source_mapping.world import DYNAMODB_ARN, OK, SHARD, START, StreamShard, World, mapping


def positions(world: World) -> list[Position]:
    return [action.position for action in world.seen(OpenIterator)]


def test_trim_horizon_starts_with_the_oldest_record() -> None:
    world = World()
    world.put("old")
    world.run(2)
    world.put("new")
    world.run(5)
    assert world.delivered == [["old"], ["new"]]
    assert positions(world) == [Position(PositionKind.TRIM_HORIZON)]


def test_latest_starts_with_what_comes_next() -> None:
    world = World(mapping(StartingPosition="LATEST"))
    world.put("old")
    world.run(2)
    world.put("new")
    world.run(5)
    assert world.delivered == [["new"]]


def test_at_timestamp_starts_with_the_first_record_of_that_time() -> None:
    world = World(mapping(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=START + 5))
    world.core.enabled = False
    world.at(1, lambda: world.put("before"))
    world.at(5, lambda: world.put("then"))
    world.run(10)
    world.core.enabled = True
    world.run(20)
    assert world.delivered == [["then"]]


def test_an_expired_iterator_is_renewed_after_the_last_record_read() -> None:
    world = World()
    [number] = world.put("a")
    world.run(1.5)
    world.expire_iterators()
    world.put("b")
    world.run(3)
    assert world.delivered == [["a"], ["b"]]
    assert positions(world)[1:] == [Position(PositionKind.AFTER_SEQUENCE_NUMBER, sequence_number=number)]
    assert world.core.counters.iterators_renewed == 1


def test_a_latest_iterator_that_expires_before_its_first_record_loses_nothing() -> None:
    world = World(mapping(StartingPosition="LATEST"))
    world.core.enabled = False
    world.put("old")
    world.run(1)
    world.core.enabled = True
    world.run(2.5)
    world.expire_iterators()
    world.put("new")
    world.run(5)
    assert world.delivered == [["new"]]
    assert positions(world)[1:] == [Position(PositionKind.AT_TIMESTAMP, timestamp=START + 1)]


def test_reads_that_always_fail_grow_rare_though_iterators_are_to_be_had() -> None:
    world = World()
    world.run(0.5)
    world.fails = ReadProblem.OTHER
    world.run(300)
    assert len(world.seen(ReadRecords)) < 20


def test_iterators_that_always_expire_are_not_asked_for_without_pause() -> None:
    world = World()
    world.run(0.5)
    world.fails = ReadProblem.EXPIRED_ITERATOR
    world.run(10)
    assert len(world.seen(ReadRecords)) < 60


def test_a_position_older_than_the_stream_goes_on_with_the_oldest_record() -> None:
    world = World(checkpoints={SHARD: "1"})
    world.problems[SHARD] = [ReadProblem.TRIMMED]
    world.put("a", "b")
    world.run(5)
    assert positions(world) == [
        Position(PositionKind.AFTER_SEQUENCE_NUMBER, sequence_number="1"),
        Position(PositionKind.TRIM_HORIZON),
    ]
    assert world.core.counters.trimmed == 1


def test_a_shard_that_is_gone_ends_and_its_children_are_read() -> None:
    world = World()
    world.put("a")
    world.run(5)
    world.split(SHARD, "left", "right")
    world.put("b", shard="left")
    world.problems[SHARD] = [ReadProblem.NOT_FOUND] * 100
    del world.shards[SHARD]
    world.run(10)
    assert world.delivered == [["a"], ["b"]]
    assert world.core.counters.vanished == 1
    assert world.core.checkpoints[SHARD] == SHARD_END
    assert world.core.idle()


def test_a_stream_that_is_not_found_for_a_while_loses_no_shard() -> None:
    world = World()
    world.run(5)
    world.problems[SHARD] = [ReadProblem.NOT_FOUND] * 3
    world.put("a")
    world.run(30)
    assert world.delivered == [["a"]]
    assert world.core.counters.vanished == 0


def test_every_shard_is_read() -> None:
    world = World(duration=1)
    world.shards["other"] = StreamShard()
    world.put("a")
    world.put("b", shard="other")
    world.run(5)
    assert sorted(world.delivered) == [["a"], ["b"]]
    assert world.times == [0, 0]


def test_children_wait_until_everything_in_their_parent_is_done() -> None:
    world = World(function=lambda call: FunctionFailed() if call.at < START + 20 else OK)
    world.put("parent")
    world.split(SHARD, "left", "right")
    world.put("left", shard="left")
    world.put("right", shard="right")

    world.run(19)
    assert all(data == ["parent"] for data in world.delivered)
    world.run(60)

    assert sorted(world.delivered[-2:]) == [["left"], ["right"]]
    assert Checkpoint(SHARD, SHARD_END) in world.seen(Checkpoint)


def test_a_merge_waits_for_both_parents() -> None:
    world = World(function=lambda call: FunctionFailed() if call.data == ["b"] and call.at < START + 20 else OK)
    world.shards["b"] = StreamShard(closed=True)
    world.shards[SHARD].closed = True
    world.shards["merged"] = StreamShard(parents=(SHARD, "b"))
    world.put("a")
    world.put("b", shard="b")
    world.put("after", shard="merged")

    world.run(60)

    assert world.delivered[-2:] == [["b"], ["after"]]


def test_a_shard_that_ends_is_followed_by_a_listing_at_once() -> None:
    world = World()
    world.run(5)
    world.put("last of the parent")
    world.split(SHARD, "child")
    world.put("first of the child", shard="child")
    world.run(8)
    assert world.delivered == [["last of the parent"], ["first of the child"]]
    assert len(world.seen(ListShards)) == 2


def test_is_not_idle_between_a_shard_and_its_children() -> None:
    world = World()
    world.run(1.5)
    world.split(SHARD, "child")
    world.put("a", shard="child")
    idle_at = []
    for tenth in range(16, 60):
        world.run(tenth / 10)
        if world.core.idle(since=START + 1.5):
            idle_at.append(tenth)
    assert world.delivered == [["a"]]
    assert min(idle_at) >= 20


def test_a_finished_shard_is_not_read_again() -> None:
    world = World(checkpoints={SHARD: SHARD_END})
    world.put("done before")
    world.split(SHARD, "child")
    world.put("a", shard="child")
    world.run(100)
    assert world.delivered == [["a"]]


def test_latest_does_not_skip_children_of_a_split() -> None:
    world = World(mapping(StartingPosition="LATEST"))
    world.put("old")
    world.run(1.5)
    world.split(SHARD, "child")
    world.put("new", shard="child")
    world.run(40)
    assert world.delivered == [["new"]]


def lineage(position: str, checkpoints: dict[str, str] | None = None) -> MappingLineage:
    return MappingLineage(mapping(StartingPosition=position), checkpoints or {})


def test_latest_passes_over_shards_that_were_closed_before() -> None:
    shards = lineage("LATEST")
    shards.listed([ListedShard("parent", (), closed=True), ListedShard("child", ("parent",))])
    assert shards.ready() == [("child", Position(PositionKind.LATEST))]


@pytest.mark.parametrize("depth", [1, 2])
def test_after_a_restart_latest_reads_descendants_from_their_beginning(depth: int) -> None:
    shards = lineage("LATEST", {"s0": SHARD_END})
    chain = [ListedShard("s0", (), closed=True)]
    chain += [ListedShard(f"s{number}", (f"s{number - 1}",), closed=number < depth) for number in range(1, depth + 1)]
    shards.listed(chain)
    assert shards.ready() == [("s1", Position(PositionKind.TRIM_HORIZON))]


def test_a_parent_that_is_gone_from_the_stream_holds_nobody_up() -> None:
    shards = lineage("TRIM_HORIZON")
    shards.listed([ListedShard("child", ("long gone",))])
    assert shards.ready() == [("child", Position(PositionKind.TRIM_HORIZON))]


def test_finished_shards_are_forgotten_when_the_stream_forgets_them() -> None:
    shards = lineage("TRIM_HORIZON")
    shards.listed([ListedShard("a", (), closed=True)])
    shards.ready()
    shards.ended("a")
    shards.listed([])
    assert not shards.waiting
    assert shards.ready() == []


def test_dynamodb_latest_reads_again_from_the_start_and_passes_over_what_is_older() -> None:
    config = MappingConfig.from_properties(
        {"EventSourceArn": DYNAMODB_ARN, "FunctionName": "rollup", "StartingPosition": "LATEST"}
    )
    world = World(config)
    world.core.actions(world.now)
    core, now = world.core, world.now
    core.shards_listed([ListedShard(SHARD)], now)
    [opened] = core.actions(now)
    core.iterator_opened(SHARD, "one", now)
    core.actions(now)
    core.read_failed(SHARD, ReadProblem.EXPIRED_ITERATOR, now + 1)
    [reopened] = core.actions(now + 1.2)

    assert isinstance(opened, OpenIterator)
    assert opened.position == Position(PositionKind.LATEST)
    assert isinstance(reopened, OpenIterator)
    assert reopened.position == Position(PositionKind.TRIM_HORIZON)
    core.iterator_opened(SHARD, "two", now + 1.2)
    core.actions(now + 1.2)
    core.records_read(SHARD, [change("1", now - 5), change("2", now)], "three", now + 1.2)
    assert core.counters.filtered == 1
    assert len(core.actions(now + 1.2)) == 2  # the first record is checkpointed, the second invoked


def change(number: str, at: float) -> dict[str, object]:
    """An inserted item, as DynamoDB streams return it."""
    return {
        "eventID": number,
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": at,
            "Keys": {"address": {"S": "a"}},
            "SequenceNumber": number,
            "SizeBytes": 10,
            "StreamViewType": "KEYS_ONLY",
        },
    }


def test_dynamodb_is_polled_four_times_a_second() -> None:
    config = MappingConfig.from_properties(
        {"EventSourceArn": DYNAMODB_ARN, "FunctionName": "rollup", "StartingPosition": "TRIM_HORIZON"}
    )
    world = World(config)
    world.run(1)
    assert world.seen_at(ReadRecords) == [0, 0.25, 0.5, 0.75, 1]
