"""Kinesis Data Streams, rule by rule."""

from collections.abc import Iterable
from hashlib import md5
from typing import Any

from tests.unit.simulation.services.contract.rules import refused, rule
from tests.unit.simulation.services.contract.worlds import STREAM, World

API = "Kinesis Data Streams API Reference, "
GUIDE = "Kinesis Data Streams Developer Guide, "
THROTTLED = "ProvisionedThroughputExceededException"
MIB = 2**20
LAST_KEY = 2**128 - 1
REFUSED = "InvalidArgumentException|ValidationException"
"""The reference says what is refused, and not always by which of these."""


def put(client: Any, data: Iterable[bytes], **where: str) -> list[dict[str, Any]]:  # noqa: ANN401 - a client
    records = [{"Data": each, "PartitionKey": "k", **where} for each in data]
    return list(client.put_records(StreamName=STREAM, Records=records)["Records"])


def shards(client: Any, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return list(client.list_shards(StreamName=STREAM, **options)["Shards"])


def ids(client: Any, **options: Any) -> list[str]:  # noqa: ANN401
    return [shard["ShardId"] for shard in shards(client, **options)]


def iterator(client: Any, kind: str = "TRIM_HORIZON", shard: int = 0, **where: Any) -> str:  # noqa: ANN401
    answer = client.get_shard_iterator(
        StreamName=STREAM, ShardId=f"shardId-{shard:012d}", ShardIteratorType=kind, **where
    )
    return str(answer["ShardIterator"])


def read(client: Any, kind: str = "TRIM_HORIZON", shard: int = 0, **where: Any) -> list[bytes]:  # noqa: ANN401
    answer = client.get_records(ShardIterator=iterator(client, kind, shard, **where))
    return [record["Data"] for record in answer["Records"]]


def split(aws: World, client: Any, shard: int = 0) -> None:  # noqa: ANN401
    """Split a shard in the middle, and wait until it is done."""
    keys = shards(client)[shard]["HashKeyRange"]
    middle = (int(keys["StartingHashKey"]) + int(keys["EndingHashKey"]) + 1) // 2
    client.split_shard(StreamName=STREAM, ShardToSplit=f"shardId-{shard:012d}", NewStartingHashKey=str(middle))
    aws.now += 1


def codes(results: list[dict[str, Any]]) -> list[str | None]:
    return [result.get("ErrorCode") for result in results]


# Writing.


@rule(API + "PutRecords")
def test_a_shard_s_records_come_back_as_they_were_put_and_in_order(aws: World) -> None:
    client = aws.kinesis()
    results = put(client, [b"0", b"1", b"2"])
    answer = client.get_records(ShardIterator=iterator(client))
    assert [record["Data"] for record in answer["Records"]] == [b"0", b"1", b"2"]
    assert [record["SequenceNumber"] for record in answer["Records"]] == [each["SequenceNumber"] for each in results]
    assert {record["PartitionKey"] for record in answer["Records"]} == {"k"}
    assert {record["ApproximateArrivalTimestamp"].timestamp() for record in answer["Records"]} == {aws.now}


@rule(API + "PutRecords")
def test_a_partition_key_s_md5_says_which_shard(aws: World) -> None:
    client = aws.kinesis(4)
    for key in ("a", "b", "ü", "author-7"):
        number = int.from_bytes(md5(key.encode(), usedforsecurity=False).digest(), "big")
        [result] = put(client, [b"x"], PartitionKey=key)
        assert result["ShardId"] == f"shardId-{number * 4 >> 128:012d}"


@rule(API + "PutRecordsRequestEntry")
def test_an_explicit_hash_key_overrides_the_partition_key(aws: World) -> None:
    client = aws.kinesis(2)
    assert [put(client, [b"x"], ExplicitHashKey=key)[0]["ShardId"] for key in ("0", str(2**127 + 1))] == ids(client)


@rule(
    API + "HashKeyRange",
    moto="A hash key that is the last one of a shard's range finds no shard, and the call fails.",
)
def test_a_range_s_last_hash_key_is_the_shard_s(aws: World) -> None:
    [result] = put(aws.kinesis(), [b"x"], ExplicitHashKey=str(LAST_KEY))
    assert result["ShardId"] == "shardId-000000000000"


@rule(API + "PutRecordsRequestEntry")
def test_a_hash_key_beyond_the_last_is_refused(aws: World) -> None:
    with refused("InvalidArgumentException"):
        put(aws.kinesis(), [b"x"], ExplicitHashKey=str(LAST_KEY + 1))


@rule(API + "PutRecords")
def test_a_call_takes_500_records(aws: World) -> None:
    client = aws.kinesis()
    assert codes(put(client, [b"x"] * 500)) == [None] * 500
    with refused("ValidationException"):
        put(client, [b"x"] * 501)


@rule(API + "PutRecords", moto="PutRecords takes 5 MiB a call and 1 MiB a record; AWS 10 MiB a call.")
def test_a_call_takes_ten_mebibytes_keys_included(aws: World) -> None:
    client = aws.kinesis()
    put(client, [b"x" * (MIB - 1)] * 10)
    with refused("InvalidArgumentException"):
        put(client, [*[b"x" * (MIB - 1)] * 10, b""])


@rule(API + "PutRecordsRequestEntry")
def test_a_record_takes_a_mebibyte_key_included(aws: World) -> None:
    client = aws.kinesis()
    assert codes(put(client, [b"x" * (MIB - 1)])) == [None]
    with refused(REFUSED):
        put(client, [b"x" * MIB])


@rule(API + "PutRecordsRequestEntry")
def test_a_partition_key_has_256_characters(aws: World) -> None:
    client = aws.kinesis()
    assert codes(put(client, [b"x"], PartitionKey="ü" * 256)) == [None]
    with refused(REFUSED):
        put(client, [b"x"], PartitionKey="x" * 257)


@rule(API + "PutRecords", moto="Shards take any number of records and bytes a second; nothing is throttled.")
def test_a_shard_takes_a_thousand_records_a_second_and_the_others_of_a_call_are_put(aws: World) -> None:
    client = aws.kinesis(2)
    for _ in range(2):
        put(client, [b"x"] * 500, ExplicitHashKey="0")
    records = [{"Data": b"x", "PartitionKey": "k", "ExplicitHashKey": key} for key in ("0", str(LAST_KEY - 1))]
    answer = client.put_records(StreamName=STREAM, Records=records)
    assert codes(answer["Records"]) == [THROTTLED, None]
    assert answer["FailedRecordCount"] == 1
    aws.now += 1
    assert codes(put(client, [b"x"], ExplicitHashKey="0")) == [None]


@rule(API + "PutRecords", moto="Shards take any number of records and bytes a second; nothing is throttled.")
def test_a_shard_takes_a_mebibyte_a_second(aws: World) -> None:
    client = aws.kinesis()
    half = b"x" * (MIB // 2)
    assert codes(put(client, [half, half])) == [None, THROTTLED]
    aws.now += 1
    assert codes(put(client, [half])) == [None]


@rule(API + "PutRecord", moto="Sequence numbers count from 1 in each shard; on AWS they never repeat in a stream.")
def test_sequence_numbers_grow_in_a_shard_and_are_unique_in_the_stream(aws: World) -> None:
    client = aws.kinesis(2)
    one, other = (
        [int(each["SequenceNumber"]) for each in put(client, [b"x"] * 3, ExplicitHashKey=key)]
        for key in ("0", str(2**127 + 1))
    )
    assert one == sorted(set(one))
    assert not set(one) & set(other)


@rule(API + "PutRecord")
def test_a_single_record_is_told_its_shard_and_number(aws: World) -> None:
    client = aws.kinesis()
    answer = client.put_record(StreamName=STREAM, Data=b"x", PartitionKey="k")
    assert answer["ShardId"] == "shardId-000000000000"
    assert read(client, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=answer["SequenceNumber"]) == [b"x"]


@rule(API + "PutRecords")
def test_a_stream_that_is_not_there_is_missed(aws: World) -> None:
    client = aws.kinesis()
    with refused("ResourceNotFoundException"):
        client.put_records(StreamName="nothing", Records=[{"Data": b"x", "PartitionKey": "k"}])


# Listing.


@rule(API + "ListShards", moto="ListShards wants the stream's name beside a token, and never lets a token expire.")
def test_a_listing_comes_in_pages_whose_token_stands_for_the_stream(aws: World) -> None:
    client = aws.kinesis(3)
    first = client.list_shards(StreamName=STREAM, MaxResults=2)
    rest = client.list_shards(NextToken=first["NextToken"])
    assert [len(first["Shards"]), len(rest["Shards"])] == [2, 1]
    assert "NextToken" not in rest


@rule(API + "ListShards", moto="ListShards wants the stream's name beside a token, and never lets a token expire.")
def test_a_token_and_a_name_are_too_much(aws: World) -> None:
    client = aws.kinesis(3)
    token = client.list_shards(StreamName=STREAM, MaxResults=2)["NextToken"]
    with refused("InvalidArgumentException"):
        client.list_shards(StreamName=STREAM, NextToken=token)


@rule(API + "ListShards", moto="ListShards wants the stream's name beside a token, and never lets a token expire.")
def test_a_token_expires_after_300_seconds(aws: World) -> None:
    client = aws.kinesis(3)
    token = client.list_shards(StreamName=STREAM, MaxResults=2)["NextToken"]
    aws.now += 301
    with refused("ExpiredNextTokenException"):
        client.list_shards(NextToken=token)


@rule(API + "ListShards")
def test_ranges_cover_all_hash_keys(aws: World) -> None:
    keys = [shard["HashKeyRange"] for shard in shards(aws.kinesis(3))]
    assert keys[0]["StartingHashKey"] == "0"
    assert keys[-1]["EndingHashKey"] == str(LAST_KEY)
    assert [int(each["EndingHashKey"]) + 1 for each in keys[:-1]] == [int(each["StartingHashKey"]) for each in keys[1:]]


@rule(API + "ShardFilter", moto="ListShards knows no filter and no start after a shard: it lists all that ever were.")
def test_at_latest_are_the_open_shards(aws: World) -> None:
    client = aws.kinesis()
    split(aws, client)
    assert ids(client, ShardFilter={"Type": "AT_LATEST"}) == ["shardId-000000000001", "shardId-000000000002"]
    assert len(ids(client)) == 3


@rule(API + "ListShards", moto="ListShards knows no filter and no start after a shard: it lists all that ever were.")
def test_a_listing_begins_after_a_shard(aws: World) -> None:
    client = aws.kinesis(3)
    assert ids(client, ExclusiveStartShardId="shardId-000000000000") == ids(client)[1:]


# Reading.


@rule(API + "GetShardIterator")
def test_iterators_begin_at_and_after_a_record_and_at_either_end(aws: World) -> None:
    client = aws.kinesis()
    number = put(client, [b"0", b"1", b"2"])[1]["SequenceNumber"]
    assert read(client, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=number) == [b"1", b"2"]
    assert read(client, "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=number) == [b"2"]
    latest = iterator(client, "LATEST")
    put(client, [b"3"])
    assert [record["Data"] for record in client.get_records(ShardIterator=latest)["Records"]] == [b"3"]


@rule(API + "GetShardIterator")
def test_an_iterator_begins_at_a_time(aws: World) -> None:
    client = aws.kinesis()
    put(client, [b"0"])
    aws.now += 10
    put(client, [b"1"])
    assert read(client, "AT_TIMESTAMP", Timestamp=aws.now - 5) == [b"1"]
    assert read(client, "AT_TIMESTAMP", Timestamp=aws.now) == [b"1"]
    assert read(client, "AT_TIMESTAMP", Timestamp=aws.now - 20) == [b"0", b"1"]


@rule(API + "GetShardIterator")
def test_a_shard_that_is_not_there_is_missed(aws: World) -> None:
    client = aws.kinesis()
    with refused("ResourceNotFoundException"):
        iterator(client, shard=7)


@rule(API + "GetRecords")
def test_an_answer_brings_as_many_as_were_asked_for_and_says_where_to_go_on(aws: World) -> None:
    client = aws.kinesis()
    put(client, [b"0", b"1", b"2"])
    first = client.get_records(ShardIterator=iterator(client), Limit=2)
    rest = client.get_records(ShardIterator=first["NextShardIterator"])
    assert [[record["Data"] for record in each["Records"]] for each in (first, rest)] == [[b"0", b"1"], [b"2"]]


@rule(API + "GetRecords", moto="GetRecords takes any limit, and answers as much as there is.")
def test_a_limit_of_more_than_10_000_is_refused(aws: World) -> None:
    client = aws.kinesis()
    with refused(REFUSED):
        client.get_records(ShardIterator=iterator(client), Limit=10_001)


@rule(API + "GetRecords", moto="GetRecords takes any limit, and answers as much as there is.")
def test_an_answer_has_ten_mebibytes_and_is_followed_by_five_seconds_without(aws: World) -> None:
    client = aws.kinesis()
    for _ in range(11):
        put(client, [b"x" * 1_000_000])
        aws.now += 1
    answer = client.get_records(ShardIterator=iterator(client))
    assert len(answer["Records"]) == 10
    aws.now += 4
    with refused(THROTTLED):
        client.get_records(ShardIterator=answer["NextShardIterator"])
    aws.now += 1
    assert len(client.get_records(ShardIterator=answer["NextShardIterator"])["Records"]) == 1


@rule(API + "GetRecords", moto="Shards give any number of answers and bytes a second; no read is throttled.")
def test_a_shard_answers_five_reads_a_second(aws: World) -> None:
    client = aws.kinesis()
    first = iterator(client)
    for _ in range(5):
        client.get_records(ShardIterator=first)
    with refused(THROTTLED):
        client.get_records(ShardIterator=first)


@rule(API + "GetRecords", moto="Shards give any number of answers and bytes a second; no read is throttled.")
def test_a_shard_gives_two_mebibytes_a_second(aws: World) -> None:
    client = aws.kinesis()
    for _ in range(3):
        put(client, [b"x" * 1_000_000])
        aws.now += 1
    first = iterator(client)
    client.get_records(ShardIterator=first)
    with refused(THROTTLED):
        client.get_records(ShardIterator=first)


@rule(API + "GetShardIterator", moto="Iterators never expire.")
def test_an_iterator_expires_after_five_minutes(aws: World) -> None:
    client = aws.kinesis()
    first = iterator(client)
    aws.now += 301
    with refused("ExpiredIteratorException"):
        client.get_records(ShardIterator=first)


@rule(API + "GetRecords")
def test_one_who_has_read_all_is_not_behind(aws: World) -> None:
    client = aws.kinesis()
    put(client, [b"0"])
    aws.now += 60
    put(client, [b"1"])
    behind = client.get_records(ShardIterator=iterator(client), Limit=1)
    assert behind["MillisBehindLatest"] > 0
    assert client.get_records(ShardIterator=behind["NextShardIterator"])["MillisBehindLatest"] == 0


@rule(GUIDE + "Change the data retention period", moto="Records are never trimmed.")
def test_a_record_is_gone_after_its_retention(aws: World) -> None:
    client = aws.kinesis()
    number = put(client, [b"old"])[0]["SequenceNumber"]
    aws.now += 24 * 3600 + 1
    put(client, [b"young"])
    assert read(client) == [b"young"]
    assert read(client, "AT_SEQUENCE_NUMBER", StartingSequenceNumber=number) == [b"young"]


# Resharding.


@rule(
    GUIDE + "Consider data routing, data persistence, and shard state after a reshard",
    moto="A split or merge moves the parents' records to the children.",
)
def test_records_stay_where_they_were_put(aws: World) -> None:
    client = aws.kinesis()
    put(client, [b"before"], ExplicitHashKey="0")
    split(aws, client)
    [after] = put(client, [b"after"], ExplicitHashKey="0")
    assert after["ShardId"] == "shardId-000000000001"
    assert read(client) == [b"before"]
    assert read(client, shard=1) == [b"after"]


@rule(API + "GetRecords", moto="A closed shard's iterators never end, and no answer names its children.")
def test_a_closed_shard_ends_and_names_its_children(aws: World) -> None:
    client = aws.kinesis()
    put(client, [b"x"])
    split(aws, client)
    first, answer = iterator(client), {}
    for _ in range(3):  # the end may come with the last records or after them
        answer = client.get_records(ShardIterator=first)
        if "NextShardIterator" not in answer:
            break
        first = answer["NextShardIterator"]
    assert [child["ShardId"] for child in answer["ChildShards"]] == ["shardId-000000000001", "shardId-000000000002"]
    assert all(child["ParentShards"] == ["shardId-000000000000"] for child in answer["ChildShards"])


@rule(API + "Shard")
def test_children_name_their_parents_and_a_closed_shard_its_last_number(aws: World) -> None:
    client = aws.kinesis(2)
    client.merge_shards(
        StreamName=STREAM, ShardToMerge="shardId-000000000000", AdjacentShardToMerge="shardId-000000000001"
    )
    aws.now += 1
    split(aws, client, 2)
    one, other, merged, low, high = shards(client)
    assert (merged["ParentShardId"], merged["AdjacentParentShardId"]) == (one["ShardId"], other["ShardId"])
    assert {low["ParentShardId"], high["ParentShardId"]} == {merged["ShardId"]}
    assert "AdjacentParentShardId" not in low
    closed = ["EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in (one, other, merged, low, high)]
    assert closed == [True, True, True, False, False]


@rule(API + "MergeShards")
def test_only_neighbours_are_merged(aws: World) -> None:
    with refused("InvalidArgumentException"):
        aws.kinesis(3).merge_shards(
            StreamName=STREAM, ShardToMerge="shardId-000000000000", AdjacentShardToMerge="shardId-000000000002"
        )


@rule(API + "SplitShard")
def test_a_shard_is_split_within_its_range(aws: World) -> None:
    with refused("InvalidArgumentException"):
        aws.kinesis(2).split_shard(
            StreamName=STREAM, ShardToSplit="shardId-000000000000", NewStartingHashKey=str(2**127 + 5)
        )


@rule(API + "SplitShard", moto="A split, a merge or an update of the shard count is done at once.")
def test_a_stream_is_not_resharded_while_it_is(aws: World) -> None:
    client = aws.kinesis(2)
    client.split_shard(StreamName=STREAM, ShardToSplit="shardId-000000000000", NewStartingHashKey="5")
    summary = client.describe_stream_summary(StreamName=STREAM)["StreamDescriptionSummary"]
    assert summary["StreamStatus"] == "UPDATING"
    with refused("ResourceInUseException"):
        client.split_shard(StreamName=STREAM, ShardToSplit="shardId-000000000001", NewStartingHashKey=str(LAST_KEY))


@rule(API + "UpdateShardCount")
def test_an_update_makes_shards_of_equal_size(aws: World) -> None:
    client = aws.kinesis(2)
    client.update_shard_count(StreamName=STREAM, TargetShardCount=4, ScalingType="UNIFORM_SCALING")
    aws.now += 2
    keys = [
        shard["HashKeyRange"] for shard in shards(client) if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
    ]
    widths = {int(each["EndingHashKey"]) - int(each["StartingHashKey"]) for each in keys}
    assert len(keys) == 4
    assert max(widths) - min(widths) <= 1


@rule(API + "UpdateShardCount", moto="UpdateShardCount takes any number.")
def test_a_stream_is_at_most_doubled_and_at_least_halved(aws: World) -> None:
    client = aws.kinesis(4)
    for count in (9, 1):
        with refused("LimitExceededException|InvalidArgumentException"):
            client.update_shard_count(StreamName=STREAM, TargetShardCount=count, ScalingType="UNIFORM_SCALING")
