"""What moto cannot show of Kinesis: limits, resharding over time, retention, expiry; and what is told by hooks."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from simulation.services.faults import Fault
from simulation.services.kinesis import SimulatedKinesis, Stream

NAME = "events"
HOUR = 3600.0
THROTTLED = "ProvisionedThroughputExceededException"


class World:
    """A stream, its client and the time."""

    def __init__(self, shards: int = 1, **options: Any) -> None:  # noqa: ANN401 - the stream's
        self.now = 1_700_000_000.0
        self.stream = Stream(NAME, shards, now=self.now, **options)
        self.kinesis = SimulatedKinesis([self.stream], lambda: self.now)

    def put(self, *data: bytes, key: str = "k", **where: str) -> list[dict[str, Any]]:
        records = [{"Data": each, "PartitionKey": key, **where} for each in data]
        return list(self.kinesis.put_records(StreamName=NAME, Records=records)["Records"])

    def iterator(self, kind: str = "TRIM_HORIZON", shard: int = 0, **where: Any) -> str:  # noqa: ANN401 - boto3's
        answer = self.kinesis.get_shard_iterator(
            StreamName=NAME, ShardId=shard_id(shard), ShardIteratorType=kind, **where
        )
        return str(answer["ShardIterator"])

    def read(self, iterator: str, **options: int) -> dict[str, Any]:
        return self.kinesis.get_records(ShardIterator=iterator, **options)

    def data(self, iterator: str) -> list[bytes]:
        return [record["Data"] for record in self.read(iterator)["Records"]]

    def listed(self, **options: Any) -> list[str]:  # noqa: ANN401 - boto3's
        return [entry["ShardId"] for entry in self.kinesis.list_shards(StreamName=NAME, **options)["Shards"]]

    def status(self) -> str:
        return str(self.kinesis.describe_stream_summary(StreamName=NAME)["StreamDescriptionSummary"]["StreamStatus"])

    def split(self, shard: int) -> None:
        held = self.stream.shards[shard_id(shard)]
        self.kinesis.split_shard(
            StreamName=NAME,
            ShardToSplit=held.shard_id,
            NewStartingHashKey=str((held.first_key + held.last_key + 1) // 2),
        )


def shard_id(number: int) -> str:
    return f"shardId-{number:012d}"


def codes(results: list[dict[str, Any]]) -> list[str | None]:
    return [result.get("ErrorCode") for result in results]


def refused(code: str) -> Any:  # noqa: ANN401 - pytest's context
    return pytest.raises(ClientError, match=code)


def test_a_shard_takes_a_thousand_records_a_second() -> None:
    world = World()
    for _ in range(2):
        assert codes(world.put(*[b"x"] * 500)) == [None] * 500
    assert codes(world.put(b"x")) == [THROTTLED]
    world.now += 0.125
    assert codes(world.put(*[b"x"] * 126)) == [None] * 125 + [THROTTLED]


def test_a_shard_takes_a_mebibyte_a_second_keys_included_and_a_smaller_record_where_a_larger_finds_no_room() -> None:
    world = World()
    half = b"x" * (2**19 - 1)
    assert codes(world.put(half, half, b"x")) == [None, None, THROTTLED]
    world.now += 0.25
    assert codes(world.put(half, b"x" * 1000, half)) == [THROTTLED, None, THROTTLED]


def test_a_record_larger_than_a_second_s_worth_waits_for_its_turn_and_the_next_one_for_it() -> None:
    world = World(max_record_bytes=10 * 2**20)
    large = b"x" * (4 * 2**20 - 1)
    assert codes(world.put(large, b"x")) == [None, THROTTLED]
    world.now += 3.5
    assert codes(world.put(b"x")) == [None]
    assert codes(world.put(large)) == [THROTTLED]
    world.now += 1
    assert codes(world.put(large)) == [None]


def test_each_shard_has_limits_of_its_own() -> None:
    world = World(2)
    for _ in range(2):
        world.put(*[b"x"] * 500, ExplicitHashKey="0")
    assert codes(world.put(b"x", ExplicitHashKey="0")) == [THROTTLED]
    assert codes(world.put(b"x", ExplicitHashKey=str(2**127))) == [None]


def test_told_refusals_are_of_a_shard_and_of_no_other_record() -> None:
    world = World(2)
    world.kinesis.refusal = lambda shard: "InternalFailure" if shard == shard_id(0) else None
    records = [{"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": key} for key in ("0", str(2**128 - 1))]
    answer = world.kinesis.put_records(StreamName=NAME, Records=records)
    assert answer["FailedRecordCount"] == 1
    assert codes(answer["Records"]) == ["InternalFailure", None]


@pytest.mark.parametrize(
    ("fault", "error", "held"),
    [
        (Fault.THROTTLED, ClientError, 0),
        (Fault.LOST_REQUEST, ReadTimeoutError, 0),
        (Fault.LOST_ANSWER, ReadTimeoutError, 1),
        (Fault.REPEATED, None, 2),
    ],
)
def test_faults_of_calls(fault: Fault, error: type[Exception] | None, held: int) -> None:
    world = World()
    world.kinesis.before_call = lambda _: fault
    if error is None:
        world.put(b"x")
    else:
        with pytest.raises(error):
            world.put(b"x")
    assert len(world.stream.shards[shard_id(0)].records) == held


def test_a_shard_answers_five_reads_a_second() -> None:
    world = World()
    iterator = world.iterator()
    for _ in range(5):
        iterator = world.read(iterator)["NextShardIterator"]
    with refused(THROTTLED):
        world.read(iterator)
    world.now += 1
    world.read(iterator)


def test_a_shard_gives_two_mebibytes_a_second_and_is_silent_after_a_large_answer() -> None:
    world = World()
    for _ in range(12):
        world.put(b"x" * 1_000_000)
        world.now += 1
    answer = world.read(world.iterator())
    assert len(answer["Records"]) == 10
    for seconds, silent in ((4.0, True), (1.0, False)):
        world.now += seconds
        if silent:
            with refused(THROTTLED):
                world.read(answer["NextShardIterator"])
        else:
            assert len(world.read(answer["NextShardIterator"])["Records"]) == 2


def test_an_iterator_expires_after_five_minutes_or_as_told() -> None:
    world = World()
    iterator = world.iterator()
    world.now += 300
    iterator = world.read(iterator)["NextShardIterator"]
    world.now += 301
    with refused("ExpiredIteratorException"):
        world.read(iterator)
    iterator = world.iterator()
    world.kinesis.expire_iterators()
    with refused("ExpiredIteratorException"):
        world.read(iterator)
    world.now += 1
    world.read(world.iterator())


def test_an_answer_may_bring_less_than_there_is_and_says_how_far_behind_it_is() -> None:
    world = World()
    world.put(b"0", b"1")
    world.now += 2
    world.put(b"2")
    world.kinesis.given = lambda _: 0
    empty = world.read(world.iterator())
    assert (empty["Records"], empty["MillisBehindLatest"]) == ([], 2000)
    world.kinesis.given = lambda most: most - 1
    some = world.read(empty["NextShardIterator"])
    assert ([record["Data"] for record in some["Records"]], some["MillisBehindLatest"]) == ([b"0", b"1"], 2000)
    world.kinesis.given = lambda most: most
    rest = world.read(some["NextShardIterator"])
    assert ([record["Data"] for record in rest["Records"]], rest["MillisBehindLatest"]) == ([b"2"], 0)


def test_a_split_takes_its_time_and_meanwhile_the_parent_goes_on() -> None:
    world = World()
    world.kinesis.reshard_seconds = lambda: 30.0
    world.split(0)
    assert world.status() == "UPDATING"
    assert [result["ShardId"] for result in world.put(b"before")] == [shard_id(0)]
    with refused("ResourceInUseException"):
        world.split(0)
    world.now += 30
    assert world.status() == "ACTIVE"
    assert [result["ShardId"] for result in world.put(b"low", ExplicitHashKey="0")] == [shard_id(1)]
    assert [result["ShardId"] for result in world.put(b"high", ExplicitHashKey=str(2**127))] == [shard_id(2)]
    end = world.read(world.iterator())
    assert [record["Data"] for record in end["Records"]] == [b"before"]
    assert "NextShardIterator" not in end
    assert [(child["ShardId"], child["ParentShards"]) for child in end["ChildShards"]] == [
        (shard_id(number), [shard_id(0)]) for number in (1, 2)
    ]


def test_sequence_numbers_have_56_digits_and_grow_in_a_shard_and_from_parent_to_child() -> None:
    world = World(2)
    numbers = [int(result["SequenceNumber"]) for result in world.put(b"a", b"b", ExplicitHashKey="0")]
    world.split(0)
    world.now += 1
    numbers += [int(result["SequenceNumber"]) for result in world.put(b"c", ExplicitHashKey="0")]
    assert numbers == sorted(set(numbers))
    assert {len(str(number)) for number in numbers} == {56}
    other = world.put(b"d", ExplicitHashKey=str(2**128 - 1))
    assert int(other[0]["SequenceNumber"]) not in numbers
    parent, sibling, child = (
        world.kinesis.list_shards(StreamName=NAME)["Shards"][number]["SequenceNumberRange"] for number in (0, 1, 2)
    )
    assert int(parent["StartingSequenceNumber"]) < numbers[0]
    assert numbers[1] < int(parent["EndingSequenceNumber"]) < int(child["StartingSequenceNumber"]) < numbers[2]
    assert "EndingSequenceNumber" not in sibling


def test_a_resize_makes_equal_shards_by_way_of_ones_that_live_shortly() -> None:
    world = World(2)
    world.kinesis.reshard_seconds = lambda: 10.0
    world.kinesis.update_shard_count(StreamName=NAME, TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    world.now += 10
    assert len(world.listed(ShardFilter={"Type": "AT_LATEST"})) == 4
    world.now += 10
    assert world.status() == "ACTIVE"
    starts = [shard.first_key for shard in world.stream.open_shards]
    assert starts == [number * 2**128 // 3 for number in range(3)]
    assert world.stream.open_shards[-1].last_key == 2**128 - 1
    for before, after in zip(world.stream.open_shards, world.stream.open_shards[1:], strict=False):
        assert before.last_key + 1 == after.first_key


@pytest.mark.parametrize("target", [1, 7])
def test_a_resize_beyond_double_or_below_half_is_refused(target: int) -> None:
    with refused("LimitExceededException"):
        World(3).kinesis.update_shard_count(StreamName=NAME, TargetShardCount=target, ScalingType="UNIFORM_SCALING")


def test_ten_resizes_in_a_day() -> None:
    world = World(2)
    for number in range(10):
        world.now += HOUR
        target = 2 + number % 2
        world.kinesis.update_shard_count(StreamName=NAME, TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    with refused("LimitExceededException"):
        world.kinesis.update_shard_count(StreamName=NAME, TargetShardCount=2, ScalingType="UNIFORM_SCALING")
    world.now += 15 * HOUR + 1
    world.kinesis.update_shard_count(StreamName=NAME, TargetShardCount=2, ScalingType="UNIFORM_SCALING")


def test_records_are_gone_after_their_retention_and_then_their_closed_shard() -> None:
    world = World(retention_hours=24)
    world.put(b"old")
    first = world.put(b"older")[0]["SequenceNumber"]
    world.now += HOUR
    world.put(b"young")
    world.split(0)
    world.now += 23 * HOUR + 1
    assert world.data(world.iterator()) == [b"young"]
    assert world.data(world.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=first)) == [b"young"]
    assert world.listed() == [shard_id(number) for number in range(3)]
    world.now += HOUR
    assert world.listed() == [shard_id(number) for number in (1, 2)]
    with refused("ResourceNotFoundException"):
        world.iterator()


def test_a_listing_s_filters() -> None:
    world = World()
    begun = world.now
    world.now += 30 * HOUR
    world.split(0)
    split = world.now
    world.now += 10 * HOUR
    ids = [shard_id(number) for number in range(3)]
    assert world.listed(ShardFilter={"Type": "FROM_TRIM_HORIZON"}) == ids
    assert world.listed(ShardFilter={"Type": "AT_TRIM_HORIZON"}) == ids[:1]
    assert world.listed(ShardFilter={"Type": "AT_LATEST"}) == ids[1:]
    assert world.listed(ShardFilter={"Type": "AFTER_SHARD_ID", "ShardId": ids[1]}) == ids[2:]
    assert world.listed(ExclusiveStartShardId=ids[0]) == ids[1:]
    assert world.listed(ShardFilter={"Type": "AT_TIMESTAMP", "Timestamp": begun}) == ids[:1]
    assert world.listed(ShardFilter={"Type": "AT_TIMESTAMP", "Timestamp": split + 1}) == ids[1:]
    assert world.listed(ShardFilter={"Type": "FROM_TIMESTAMP", "Timestamp": split - 1}) == ids
    assert world.listed(ShardFilter={"Type": "FROM_TIMESTAMP", "Timestamp": split + 1}) == ids[1:]


def test_a_page_s_token_expires() -> None:
    world = World(3)
    token = world.kinesis.list_shards(StreamName=NAME, MaxResults=2)["NextToken"]
    world.now += 300
    assert [each["ShardId"] for each in world.kinesis.list_shards(NextToken=token)["Shards"]] == [shard_id(2)]
    world.now += 1
    with refused("ExpiredNextTokenException"):
        world.kinesis.list_shards(NextToken=token)
