"""A table's stream has each change once and in order, in shards that come and go, for 24 hours."""

from collections import defaultdict
from typing import Any

import pytest
from botocore.exceptions import ClientError

from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.dynamodb_streams import SimulatedDynamoDBStreams, TableStream, ViewType
from simulation.services.stream_records import stream_arn
from simulation.services.table import Table

NAME = "log"
ARN = stream_arn(NAME)
HOUR = 3600.0


class World:
    """A table, its stream and the time."""

    def __init__(self, shards: int = 1, view: ViewType = ViewType.NEW_IMAGE) -> None:
        self.now = 1_700_000_000.5
        table = Table("k", "s", streams=True, expiry="x", clock=lambda: self.now)
        self.dynamodb = SimulatedDynamoDB({NAME: table})
        self.stream = TableStream(NAME, table, shards=shards, view=view, now=self.now)
        self.streams = SimulatedDynamoDBStreams([self.stream], lambda: self.now)

    def put(self, key: str, number: int = 0, **attributes: dict[str, Any]) -> None:
        item = {"k": {"S": key}, "s": {"N": str(number)}, **attributes}
        self.dynamodb.put_item(TableName=NAME, Item=item)

    def shards(self, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3's
        return list(self.streams.describe_stream(StreamArn=ARN, **options)["StreamDescription"]["Shards"])

    def iterator(self, shard: str | None = None, kind: str = "TRIM_HORIZON", **where: Any) -> str:  # noqa: ANN401
        shard_id = shard or self.shards()[0]["ShardId"]
        answer = self.streams.get_shard_iterator(StreamArn=ARN, ShardId=shard_id, ShardIteratorType=kind, **where)
        return str(answer["ShardIterator"])

    def read(self, shard: str | None = None, kind: str = "TRIM_HORIZON", **where: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        answer = self.streams.get_records(ShardIterator=self.iterator(shard, kind, **where))
        return list(answer["Records"])


def numbers(records: list[dict[str, Any]]) -> list[int]:
    return [int(record["dynamodb"]["Keys"]["s"]["N"]) for record in records]


def refused(code: str) -> Any:  # noqa: ANN401 - pytest's context
    return pytest.raises(ClientError, match=code)


def test_an_item_s_changes_are_in_one_shard_and_in_order_however_the_shards_are_split() -> None:
    world = World(shards=3)
    for number in range(20):
        for key in "abcdefgh":
            world.put(key, 0, v={"N": str(number)})
        if number == 10:
            world.stream.split(1, world.now)
        world.now += 0.5 * HOUR
    seen = defaultdict(list)
    entries = {entry["ShardId"]: entry for entry in world.shards()}
    done: set[str] = set()
    while len(done) < len(entries):  # parents first
        ready = next(
            shard_id
            for shard_id, entry in entries.items()
            if shard_id not in done and entry.get("ParentShardId") not in entries.keys() - done
        )
        done.add(ready)
        for record in world.read(ready):
            seen[record["dynamodb"]["Keys"]["k"]["S"]].append(int(record["dynamodb"]["NewImage"]["v"]["N"]))
    assert seen == {key: list(range(20)) for key in "abcdefgh"}


def test_a_shard_takes_records_for_four_hours_and_its_child_names_it() -> None:
    world = World()
    world.put("a", 1)
    world.now += 4 * HOUR
    world.put("a", 2)
    parent, child = world.shards()
    assert child["ParentShardId"] == parent["ShardId"]
    assert (
        parent["SequenceNumberRange"]["EndingSequenceNumber"] <= child["SequenceNumberRange"]["StartingSequenceNumber"]
    )
    assert "EndingSequenceNumber" not in child["SequenceNumberRange"]
    end = world.streams.get_records(ShardIterator=world.iterator(parent["ShardId"]))
    assert (numbers(end["Records"]), "NextShardIterator" in end) == ([1], False)
    assert numbers(world.read(child["ShardId"])) == [2]


def test_iterators_begin_where_they_are_told() -> None:
    world = World()
    world.put("a", 1)
    world.now += 60
    world.put("a", 2)
    second = world.read()[1]["dynamodb"]["SequenceNumber"]
    assert len(second) >= 21
    assert numbers(world.read(kind="AT_SEQUENCE_NUMBER", SequenceNumber=second)) == [2]
    assert numbers(world.read(kind="AFTER_SEQUENCE_NUMBER", SequenceNumber=second)) == []
    assert numbers(world.read(kind="AT_TIMESTAMP", Timestamp=world.now - 1)) == [2]
    latest = world.iterator(kind="LATEST")
    world.put("a", 3)
    assert numbers(world.streams.get_records(ShardIterator=latest)["Records"]) == [3]


def test_records_live_24_hours_and_what_is_gone_is_refused_by_name() -> None:
    world = World()
    world.put("a", 1)
    world.now += HOUR
    world.put("a", 2)
    world.now += 23 * HOUR - 60
    iterator, first = world.iterator(), world.read()[0]["dynamodb"]["SequenceNumber"]
    world.now += 120
    with refused("TrimmedDataAccessException"):
        world.streams.get_records(ShardIterator=iterator)
    with refused("TrimmedDataAccessException"):
        world.iterator(kind="AFTER_SEQUENCE_NUMBER", SequenceNumber=first)
    assert numbers(world.read()) == [2]


def test_a_shard_is_gone_when_all_it_had_is() -> None:
    world = World()
    world.put("a", 1)
    first = world.shards()[0]["ShardId"]
    world.now += 4 * HOUR
    assert world.shards()[0]["ShardId"] == first
    world.now += 24 * HOUR + 1
    assert first not in [entry["ShardId"] for entry in world.shards()]
    with refused("ResourceNotFoundException"):
        world.iterator(first)


def test_an_iterator_lives_fifteen_minutes_or_as_long_as_told() -> None:
    world = World()
    iterator = world.iterator()
    world.now += 900
    iterator = world.streams.get_records(ShardIterator=iterator)["NextShardIterator"]
    world.now += 901
    with refused("ExpiredIteratorException"):
        world.streams.get_records(ShardIterator=iterator)
    iterator = world.iterator()
    world.streams.expire_iterators()
    with refused("ExpiredIteratorException"):
        world.streams.get_records(ShardIterator=iterator)


@pytest.mark.parametrize(
    ("view", "images"),
    [
        (ViewType.KEYS_ONLY, []),
        (ViewType.NEW_IMAGE, ["NewImage"]),
        (ViewType.OLD_IMAGE, ["OldImage"]),
        (ViewType.NEW_AND_OLD_IMAGES, ["NewImage", "OldImage"]),
    ],
)
def test_a_view_says_what_records_tell(view: ViewType, images: list[str]) -> None:
    world = World(view=view)
    world.put("a", 1, v={"S": "old"})
    world.put("a", 1, v={"S": "new"})
    told = world.read()[1]["dynamodb"]
    assert [name for name in told if name.endswith("Image")] == images
    for name in images:
        assert told[name]["v"]["S"] == name.removesuffix("Image").lower()
    assert told["SizeBytes"] == 5 + 9 * len(images)  # keys; keys and three letters under "v"


def test_a_deletion_by_time_to_live_says_so_and_no_other_does() -> None:
    world = World()
    world.put("a", 1, x={"N": "5"})
    world.put("a", 2)
    world.dynamodb.delete_item(TableName=NAME, Key={"k": {"S": "a"}, "s": {"N": "2"}})
    world.dynamodb.expire(NAME, world.now)
    by_caller, by_expiry = world.read()[2:]
    assert (by_caller["eventName"], by_expiry["eventName"]) == ("REMOVE", "REMOVE")
    assert "userIdentity" not in by_caller
    assert by_expiry["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


def test_an_answer_is_bounded_by_its_limit_and_by_a_megabyte() -> None:
    world = World()
    for number in range(4):
        world.put("a", number, c={"B": b"x" * 390_000})
    first = world.streams.get_records(ShardIterator=world.iterator())
    assert numbers(first["Records"]) == [0, 1]
    second = world.streams.get_records(ShardIterator=first["NextShardIterator"], Limit=1)
    assert numbers(second["Records"]) == [2]


def test_a_description_comes_in_pages_and_ten_times_a_second() -> None:
    world = World(shards=3)
    first = world.streams.describe_stream(StreamArn=ARN, Limit=2)["StreamDescription"]
    rest = world.streams.describe_stream(StreamArn=ARN, ExclusiveStartShardId=first["LastEvaluatedShardId"])
    assert (len(first["Shards"]), len(rest["StreamDescription"]["Shards"])) == (2, 1)
    assert "LastEvaluatedShardId" not in rest["StreamDescription"]
    for _ in range(8):
        world.shards()
    with refused("LimitExceededException"):
        world.shards()
    world.now += 1
    world.shards()
