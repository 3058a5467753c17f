"""Properties of AWS::Lambda::EventSourceMapping: read, or refused by name."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from simulation.event_source_mapping import MappingConfig, MappingConfigError
from simulation.event_source_mapping.configuration import (
    Destination,
    DestinationKind,
    StartingPosition,
    StreamKind,
)
from tests.unit.simulation.event_source_mapping.world import BUCKET_ARN, DYNAMODB_ARN, KINESIS_ARN, QUEUE_ARN

LEAST = {"EventSourceArn": KINESIS_ARN, "FunctionName": "ingest", "StartingPosition": "TRIM_HORIZON"}


def test_defaults_are_lambdas() -> None:
    config = MappingConfig.from_properties(LEAST)

    assert config == MappingConfig(
        stream_arn=KINESIS_ARN,
        stream_kind=StreamKind.KINESIS,
        function_name="ingest",
        starting_position=StartingPosition.TRIM_HORIZON,
        batch_size=100,
        batching_window=0,
        parallelization_factor=1,
        maximum_retry_attempts=-1,
        maximum_record_age=-1,
    )
    assert config.region == "eu-west-1"


def test_reads_every_property_with_numbers_and_booleans_as_cloudformation_passes_them() -> None:
    config = MappingConfig.from_properties(
        LEAST
        | {
            "BatchSize": "500",
            "BisectBatchOnFunctionError": "true",
            "DestinationConfig": {"OnFailure": {"Destination": BUCKET_ARN}},
            "Enabled": False,
            "FilterCriteria": {"Filters": [{"Pattern": '{"data":{"kind":["post"]}}'}]},
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
            "MaximumBatchingWindowInSeconds": 5,
            "MaximumRecordAgeInSeconds": "86400",
            "MaximumRetryAttempts": 3,
            "ParallelizationFactor": "10",
            "TumblingWindowInSeconds": 0,
            "Tags": [{"Key": "a", "Value": "b"}],
        }
    )

    assert (config.batch_size, config.batching_window, config.parallelization_factor) == (500, 5, 10)
    assert (config.maximum_retry_attempts, config.maximum_record_age) == (3, 86400)
    assert (config.enabled, config.bisect_on_error, config.report_batch_item_failures) == (False, True, True)
    assert config.on_failure == Destination(DestinationKind.S3, BUCKET_ARN)
    assert len(config.filters) == 1


@pytest.mark.parametrize(
    "moment",
    [
        1777454000,
        "1777454000.0",
        "2026-04-29T09:13:20Z",
        "2026-04-29T09:13:20",
        datetime(2026, 4, 29, 9, 13, 20, tzinfo=UTC),
    ],
)
def test_starting_at_a_time(moment: object) -> None:
    config = MappingConfig.from_properties(
        LEAST | {"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": moment}
    )
    assert config.starting_timestamp == 1777454000.0


def test_an_empty_destination_is_none() -> None:
    config = MappingConfig.from_properties(LEAST | {"DestinationConfig": {"OnFailure": {"Destination": ""}}})
    assert config.on_failure is None


@pytest.mark.parametrize("arn", [QUEUE_ARN, BUCKET_ARN, "arn:aws:sns:eu-west-1:123456789012:failures"])
def test_destinations(arn: str) -> None:
    config = MappingConfig.from_properties(LEAST | {"DestinationConfig": {"OnFailure": {"Destination": arn}}})
    assert config.on_failure is not None
    assert config.on_failure.arn == arn


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"TumblingWindowInSeconds": 901}, "use 0 to 900"),
        ({"TumblingWindowInSeconds": 30, "ParallelizationFactor": 2}, "set one of them to its default"),
        ({"Queues": ["q"]}, "Queues does not apply"),
        ({"ProvisionedPollerConfig": {}}, "ProvisionedPollerConfig does not apply"),
        ({"BatchSise": 3}, "BatchSise is not a known property"),
        ({"FunctionName": None}, "FunctionName is missing"),
        ({"FunctionName": {"Ref": "IngestFunction"}}, "with references resolved"),
        ({"EventSourceArn": "arn:aws:sqs:eu-west-1:123456789012:queue"}, "neither a Kinesis stream's"),
        ({"EventSourceArn": "events"}, "neither a Kinesis stream's"),
        ({"EventSourceArn": f"{KINESIS_ARN}/consumer/c:1"}, "enhanced fan-out is not simulated"),
        ({"StartingPosition": "OLDEST"}, "use TRIM_HORIZON, LATEST or AT_TIMESTAMP"),
        ({"StartingPosition": "AT_TIMESTAMP"}, "needs StartingPositionTimestamp"),
        ({"StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": "soon"}, "epoch seconds or ISO 8601"),
        ({"StartingPositionTimestamp": 1}, "only valid with AT_TIMESTAMP"),
        ({"BatchSize": 0}, "BatchSize is 0: use 1 to 10000"),
        ({"BatchSize": "many"}, "BatchSize is 'many': use a whole number"),
        ({"BatchSize": 1.5}, "BatchSize is 1.5: use a whole number"),
        ({"MaximumBatchingWindowInSeconds": 301}, "use 0 to 300"),
        ({"ParallelizationFactor": 11}, "use 1 to 10"),
        ({"MaximumRetryAttempts": -2}, "use -1 to 10000"),
        ({"MaximumRecordAgeInSeconds": 59}, "use -1 (infinite) or 60 to 604800"),
        ({"MaximumRecordAgeInSeconds": 604_801}, "use -1 to 604800"),
        ({"BisectBatchOnFunctionError": "yes"}, "use true or false"),
        ({"FunctionResponseTypes": ["ReportEverything"]}, "the only type there is"),
        ({"FunctionResponseTypes": "ReportBatchItemFailures"}, "use a list"),
        ({"DestinationConfig": {"OnSuccess": {}}}, "DestinationConfig.OnSuccess is not known"),
        ({"DestinationConfig": {"OnFailure": {"Destination": "kafka://topic"}}}, "S3 bucket"),
        ({"DestinationConfig": "bucket"}, "use an object"),
        ({"FilterCriteria": {"Filters": [{}]}}, "is not valid JSON"),
        ({"FilterCriteria": {"Filters": "x"}}, "use a list"),
        ({"FilterCriteria": {"Filters": [{"Pattern": '{"data":{"a":[1]}}'}] * 11}}, "10 is the most"),
        ({"FilterCriteria": {"Filters": [{"Pattern": '{"partitionKey":["1"]}'}]}}, "filtered on data"),
        ({"FilterCriteria": {"Filters": [{"Pattern": '{"data":["text"]}'}]}}, "must be an object"),
    ],
)
def test_what_cannot_be_obeyed_is_refused_by_name(properties: dict[str, Any], message: str) -> None:
    with pytest.raises(MappingConfigError) as caught:
        MappingConfig.from_properties(LEAST | properties)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_dynamodb_streams_have_no_starting_time() -> None:
    with pytest.raises(MappingConfigError, match="not supported for DynamoDB streams"):
        MappingConfig.from_properties(
            LEAST
            | {
                "EventSourceArn": DYNAMODB_ARN,
                "StartingPosition": "AT_TIMESTAMP",
                "StartingPositionTimestamp": 1,
            }
        )


@pytest.mark.parametrize("key", ["eventName", "userIdentity", "dynamodb"])
def test_dynamodb_records_are_filtered_on_their_own_fields(key: str) -> None:
    pattern = json.dumps({key: {"x": ["y"]} if key == "dynamodb" else ["INSERT"]})
    config = MappingConfig.from_properties(
        LEAST | {"EventSourceArn": DYNAMODB_ARN, "FilterCriteria": {"Filters": [{"Pattern": pattern}]}}
    )
    assert config.stream_kind is StreamKind.DYNAMODB
    assert config.filters[0].keys == {key}
