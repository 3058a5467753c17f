"""DynamoDB Streams, rule by rule."""

from typing import Any

from simulation.services.dynamodb_streams import ViewType
from simulation.services.stream_records import REGION
from tests.unit.simulation.services.contract.rules import refused, rule
from tests.unit.simulation.services.contract.worlds import TABLE, World

API = "DynamoDB Streams API Reference, "
GUIDE = "DynamoDB Developer Guide, Change data capture for DynamoDB Streams"


class Reader:
    """A table that is written, and its stream."""

    def __init__(self, aws: World, view: ViewType = ViewType.NEW_IMAGE) -> None:
        self.table = aws.dynamodb(view)
        self.client, self.arn = aws.streams()

    def put(self, number: int, **attributes: dict[str, Any]) -> None:
        item = {"address": {"S": "a"}, "segment": {"N": str(number)}, **attributes}
        self.table.put_item(TableName=TABLE, Item=item)

    def shards(self) -> list[dict[str, Any]]:
        return list(self.client.describe_stream(StreamArn=self.arn)["StreamDescription"]["Shards"])

    def iterator(self, kind: str = "TRIM_HORIZON", **where: Any) -> str:  # noqa: ANN401 - boto3's request
        shard = self.shards()[0]["ShardId"]
        answer = self.client.get_shard_iterator(StreamArn=self.arn, ShardId=shard, ShardIteratorType=kind, **where)
        return str(answer["ShardIterator"])

    def read(self, kind: str = "TRIM_HORIZON", **where: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - boto3's request
        return list(self.client.get_records(ShardIterator=self.iterator(kind, **where))["Records"])


def numbers(records: list[dict[str, Any]]) -> list[int]:
    return [int(record["dynamodb"]["Keys"]["segment"]["N"]) for record in records]


@rule(GUIDE)
def test_each_change_appears_once_and_those_of_an_item_in_order(aws: World) -> None:
    reader = Reader(aws)
    reader.put(1, v={"N": "1"})
    reader.put(1, v={"N": "2"})
    reader.put(2)
    reader.table.delete_item(TableName=TABLE, Key={"address": {"S": "a"}, "segment": {"N": "1"}})
    told = [(record["eventName"], number) for record, number in zip(reader.read(), numbers(reader.read()), strict=True)]
    assert told == [("INSERT", 1), ("MODIFY", 1), ("INSERT", 2), ("REMOVE", 1)]
    assert len({record["eventID"] for record in reader.read()}) == 4


@rule("DynamoDB Developer Guide, DynamoDB Streams and Time to Live", moto="Time to live never deletes.")
def test_a_deletion_by_expiry_names_its_author_and_another_does_not(aws: World) -> None:
    reader = Reader(aws)
    for number in (1, 2):
        reader.put(number, x={"N": str(int(aws.now) - 60)})
    reader.table.delete_item(TableName=TABLE, Key={"address": {"S": "a"}, "segment": {"N": "1"}})
    aws.expire()
    told = [(record["eventName"], record.get("userIdentity")) for record in reader.read()[2:]]
    assert told == [("REMOVE", None), ("REMOVE", {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"})]


@rule(GUIDE, moto="A put that changes nothing writes a stream record.")
def test_a_write_that_changes_nothing_is_not_told(aws: World) -> None:
    reader = Reader(aws)
    reader.put(1)
    reader.put(1)
    assert numbers(reader.read()) == [1]


@rule(API + "StreamRecord")
def test_a_view_of_new_images_tells_them_and_no_old_ones(aws: World) -> None:
    reader = Reader(aws)
    reader.put(1, v={"S": "old"})
    reader.put(1, v={"S": "new"})
    told = reader.read()[1]["dynamodb"]
    assert (told["NewImage"]["v"], "OldImage" in told) == ({"S": "new"}, False)
    assert told["StreamViewType"] == "NEW_IMAGE"


@rule(API + "StreamRecord")
def test_a_view_of_keys_tells_them_alone(aws: World) -> None:
    reader = Reader(aws, ViewType.KEYS_ONLY)
    reader.put(1, v={"S": "new"})
    told = reader.read()[0]["dynamodb"]
    assert told["Keys"] == {"address": {"S": "a"}, "segment": {"N": "1"}}
    assert not {"NewImage", "OldImage"} & told.keys()


@rule(API + "StreamRecord")
def test_a_view_of_both_tells_what_was_and_what_is(aws: World) -> None:
    reader = Reader(aws, ViewType.NEW_AND_OLD_IMAGES)
    reader.put(1, v={"S": "old"})
    reader.put(1, v={"S": "new"})
    told = reader.read()[1]["dynamodb"]
    assert (told["OldImage"]["v"], told["NewImage"]["v"]) == ({"S": "old"}, {"S": "new"})


@rule(API + "StreamRecord", moto="Records of a table's stream say us-east-1 and a size that is too large.")
def test_a_record_says_its_size_and_region(aws: World) -> None:
    reader = Reader(aws)
    reader.put(1, v={"S": "12345"})
    [record] = reader.read()
    keys = len("address") + len("a") + len("segment") + 2
    assert record["dynamodb"]["SizeBytes"] == 2 * keys + len("v") + 5
    assert record["awsRegion"] == REGION


@rule(API + "GetShardIterator")
def test_iterators_begin_at_and_after_a_record_and_at_the_newest(aws: World) -> None:
    reader = Reader(aws)
    for number in (1, 2, 3):
        reader.put(number)
    second = reader.read()[1]["dynamodb"]["SequenceNumber"]
    assert len(second) >= 21
    assert numbers(reader.read("AT_SEQUENCE_NUMBER", SequenceNumber=second)) == [2, 3]
    assert numbers(reader.read("AFTER_SEQUENCE_NUMBER", SequenceNumber=second)) == [3]
    latest = reader.iterator("LATEST")
    reader.put(4)
    assert numbers(reader.client.get_records(ShardIterator=latest)["Records"]) == [4]


@rule(API + "GetRecords")
def test_an_answer_brings_as_many_as_were_asked_for_and_says_where_to_go_on(aws: World) -> None:
    reader = Reader(aws)
    for number in (1, 2, 3):
        reader.put(number)
    first = reader.client.get_records(ShardIterator=reader.iterator(), Limit=2)
    rest = reader.client.get_records(ShardIterator=first["NextShardIterator"])
    assert [numbers(each["Records"]) for each in (first, rest)] == [[1, 2], [3]]


@rule(API + "GetRecords", moto="A read of a table's stream is bounded neither to 1 MB nor to 1,000 records.")
def test_an_answer_has_a_megabyte(aws: World) -> None:
    reader = Reader(aws)
    for number in range(4):
        reader.put(number, c={"B": b"x" * 390_000})
        aws.now += 1
    assert len(reader.read()) == 2


@rule(API + "GetShardIterator", moto="Iterators of a table's stream never expire, and its records are never trimmed.")
def test_an_iterator_expires_after_fifteen_minutes(aws: World) -> None:
    reader = Reader(aws)
    iterator = reader.iterator()
    aws.now += 901
    with refused("ExpiredIteratorException"):
        reader.client.get_records(ShardIterator=iterator)


@rule(GUIDE, moto="Iterators of a table's stream never expire, and its records are never trimmed.")
def test_a_record_is_gone_after_24_hours_and_who_wants_it_is_told(aws: World) -> None:
    reader = Reader(aws)
    reader.put(1)
    first = reader.read()[0]["dynamodb"]["SequenceNumber"]
    aws.now += 3600
    reader.put(2)
    aws.now += 23 * 3600 + 1
    with refused("TrimmedDataAccessException"):
        reader.read("AFTER_SEQUENCE_NUMBER", SequenceNumber=first)
    assert numbers(reader.read()) == [2]


@rule(GUIDE, moto="A table's stream has one shard, for ever.")
def test_shards_are_followed_by_others_that_name_them(aws: World) -> None:
    reader = Reader(aws)
    reader.put(1)
    aws.now += 12 * 3600
    reader.put(2)
    closed, *children = reader.shards()
    assert "EndingSequenceNumber" in closed["SequenceNumberRange"]
    assert [child["ParentShardId"] for child in children] == [closed["ShardId"]]
    assert "NextShardIterator" not in reader.client.get_records(ShardIterator=reader.iterator())


@rule(API + "DescribeStream")
def test_a_stream_that_is_not_there_is_missed(aws: World) -> None:
    reader = Reader(aws)
    with refused("ResourceNotFoundException"):
        reader.client.describe_stream(StreamArn=reader.arn.replace(TABLE, "nothing"))
