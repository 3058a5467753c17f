"""The shape of the records a function gets, and which of them it gets."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from penstock.aggregation import AggregateBuilder, partition_key_entry
from simulation.event_source_mapping.configuration import MappingConfig
from simulation.event_source_mapping.intake import intake_for
from tests.unit.simulation.event_source_mapping.world import DYNAMODB_ARN, IDENTITY, KINESIS_ARN, SHARD, mapping

NUMBER = "49590338271490256608559692538361571095921575989136588898"


def kinesis_raw(data: bytes = b"hello", key: str = "1") -> dict[str, Any]:
    return {
        "SequenceNumber": NUMBER,
        "PartitionKey": key,
        "Data": data,
        "ApproximateArrivalTimestamp": datetime(2018, 12, 17, 22, 4, 10, 987_654, tzinfo=UTC),
    }


def dynamodb_raw(name: str = "INSERT", **extra: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    return {
        "eventID": "c5d7dc7d2712678cf0505387f94a98eb",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 4, 29, 9, 30, tzinfo=UTC),
            "Keys": {"address": {"S": "1777455000.10.3.8"}, "segment": {"N": "0"}},
            "NewImage": {
                "address": {"S": "1777455000.10.3.8"},
                "w": {"B": b"\x00\x01\xff"},
                "many": {"BS": [b"a", b"b"]},
                "deep": {"L": [{"M": {"x": {"B": b"y"}}}, {"NULL": True}, {"BOOL": False}]},
                "set": {"SS": ["p", "q"]},
            },
            "SequenceNumber": "1100000000017454423009",
            "SizeBytes": 59,
            "StreamViewType": "NEW_IMAGE",
        },
    } | extra


def dynamodb_mapping(*patterns: object) -> MappingConfig:
    filters = [{"Pattern": json.dumps(pattern)} for pattern in patterns]
    return mapping(EventSourceArn=DYNAMODB_ARN, FilterCriteria={"Filters": filters})


def test_a_kinesis_record() -> None:
    record = intake_for(mapping(), IDENTITY.role_arn).take(7, SHARD, kinesis_raw())

    assert record is not None
    assert (record.place, record.sequence_number, record.order_key) == (7, NUMBER, "1")
    assert record.arrived_at == 1545084250.988
    assert json.loads(record.event) == {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "1",
            "sequenceNumber": NUMBER,
            "data": "aGVsbG8=",
            "approximateArrivalTimestamp": 1545084250.988,
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{SHARD}:{NUMBER}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": IDENTITY.role_arn,
        "awsRegion": "eu-west-1",
        "eventSourceARN": KINESIS_ARN,
    }


@pytest.mark.parametrize("key", ['a"b\\c', "é — 日本", "\x00\n"])
def test_a_partition_key_of_any_characters_stays_what_it_is(key: str) -> None:
    record = intake_for(mapping(), IDENTITY.role_arn).take(0, SHARD, kinesis_raw(key=key))
    assert record is not None
    assert json.loads(record.event)["kinesis"]["partitionKey"] == key


def test_a_dynamodb_record() -> None:
    record = intake_for(dynamodb_mapping(), IDENTITY.role_arn).take(0, SHARD, dynamodb_raw())

    assert record is not None
    assert record.sequence_number == "1100000000017454423009"
    assert record.arrived_at == 1777455000.0
    assert json.loads(record.event) == {
        "eventID": "c5d7dc7d2712678cf0505387f94a98eb",
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1777455000.0,
            "Keys": {"address": {"S": "1777455000.10.3.8"}, "segment": {"N": "0"}},
            "NewImage": {
                "address": {"S": "1777455000.10.3.8"},
                "w": {"B": "AAH/"},
                "many": {"BS": ["YQ==", "Yg=="]},
                "deep": {"L": [{"M": {"x": {"B": "eQ=="}}}, {"NULL": True}, {"BOOL": False}]},
                "set": {"SS": ["p", "q"]},
            },
            "SequenceNumber": "1100000000017454423009",
            "SizeBytes": 59,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": DYNAMODB_ARN,
    }


def test_a_removal_by_expiry_names_its_author() -> None:
    raw = dynamodb_raw("REMOVE", userIdentity={"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"})
    record = intake_for(dynamodb_mapping(), IDENTITY.role_arn).take(0, SHARD, raw)
    assert record is not None
    assert json.loads(record.event)["userIdentity"] == {"principalId": "dynamodb.amazonaws.com", "type": "Service"}


def test_dynamodb_order_is_kept_per_item() -> None:
    intake = intake_for(dynamodb_mapping(), IDENTITY.role_arn)
    one, same, other = dynamodb_raw(), dynamodb_raw(), dynamodb_raw()
    same["dynamodb"]["Keys"] = dict(reversed(one["dynamodb"]["Keys"].items()))
    other["dynamodb"]["Keys"] = {**one["dynamodb"]["Keys"], "segment": {"N": "1"}}
    keys = [record.order_key for raw in (one, same, other) if (record := intake.take(0, SHARD, raw))]
    assert keys[0] == keys[1] != keys[2]


def test_filters_on_what_happened() -> None:
    intake = intake_for(dynamodb_mapping({"eventName": ["INSERT"]}), IDENTITY.role_arn)
    assert intake.take(0, SHARD, dynamodb_raw("INSERT")) is not None
    assert intake.take(0, SHARD, dynamodb_raw("MODIFY")) is None
    assert intake.take(0, SHARD, dynamodb_raw("REMOVE")) is None


def test_one_of_several_filters_is_enough() -> None:
    intake = intake_for(
        dynamodb_mapping({"eventName": ["INSERT"]}, {"dynamodb": {"Keys": {"segment": {"N": ["0"]}}}}),
        IDENTITY.role_arn,
    )
    assert intake.take(0, SHARD, dynamodb_raw("REMOVE")) is not None
    assert intake.take(0, SHARD, dynamodb_raw("REMOVE", dynamodb=dynamodb_raw()["dynamodb"] | {"Keys": {}})) is None


def test_an_aggregate_matches_no_filter_of_data() -> None:
    builder = AggregateBuilder(1000)
    assert builder.add(partition_key_entry(b"author"), b'{"kind":"post"}')
    config = mapping(FilterCriteria={"Filters": [{"Pattern": '{"data":{"kind":["post"]}}'}]})
    intake = intake_for(config, IDENTITY.role_arn)
    assert intake.take(0, SHARD, kinesis_raw(builder.build())) is None
    assert intake.take(0, SHARD, kinesis_raw(b'{"kind":"post"}')) is not None


@pytest.mark.parametrize(("pattern", "wanted"), [(["0"], True), ([{"numeric": ["=", 0]}], False), ([0], False)])
def test_numbers_of_an_item_are_text_and_no_numeric_filter_matches_them(pattern: list[object], wanted: bool) -> None:
    filtered = dynamodb_mapping({"dynamodb": {"Keys": {"segment": {"N": pattern}}}})
    assert (intake_for(filtered, IDENTITY.role_arn).take(0, SHARD, dynamodb_raw()) is not None) is wanted


@pytest.mark.parametrize(
    ("data", "wanted"),
    [(b'{"kind":"post"}', True), (b'{"kind":"like"}', False), (b"not json", False), (b"\xff\xfe", False)],
)
def test_kinesis_data_is_filtered_as_json(data: bytes, wanted: bool) -> None:
    config = mapping(FilterCriteria={"Filters": [{"Pattern": '{"data":{"kind":["post"]}}'}]})
    assert (intake_for(config, IDENTITY.role_arn).take(0, SHARD, kinesis_raw(data)) is not None) is wanted
