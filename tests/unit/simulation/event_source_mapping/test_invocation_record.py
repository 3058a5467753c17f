"""What failure destinations get."""

import json
from typing import Any

from simulation.event_source_mapping import FunctionFailed
from simulation.event_source_mapping.batch import Batch
from simulation.event_source_mapping.invocation_record import Condition, InvocationRecord, invocation_record
from simulation.event_source_mapping.records import StreamRecord
from tests.unit.simulation.event_source_mapping.world import (
    BUCKET_ARN,
    DYNAMODB_ARN,
    IDENTITY,
    KINESIS_ARN,
    QUEUE_ARN,
    START,
    World,
    mapping,
)

RECORDS = (
    StreamRecord(0, "100", "k", START + 0.835, b'{"n":1}'),
    StreamRecord(1, "101", "k", START + 1.58, b'{"n":2}'),
)
ERROR = FunctionFailed(b"{}", "Unhandled", "c9b8fa9f")


def record(batch: Batch, *, condition: Condition = Condition.RETRIES, **properties: Any) -> InvocationRecord:  # noqa: ANN401 - any JSON
    return invocation_record(
        mapping(**properties), IDENTITY, "shardId-000000000001", batch, condition, now=START + 6.021, new_id="random"
    )


def to(arn: str) -> dict[str, Any]:
    return {"OnFailure": {"Destination": arn}}


def test_queues_and_topics_get_metadata() -> None:
    made = record(Batch(RECORDS, retries=2, invocations=3, last_result=ERROR), DestinationConfig=to(QUEUE_ARN))

    assert made.key == ""
    assert json.loads(made.body) == {
        "requestContext": {
            "requestId": "c9b8fa9f",
            "functionArn": IDENTITY.function_arn,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 3,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2026-04-29T09:13:26.021Z",
        "KinesisBatchInfo": {
            "shardId": "shardId-000000000001",
            "startSequenceNumber": "100",
            "endSequenceNumber": "101",
            "approximateArrivalOfFirstRecord": "2026-04-29T09:13:20.835Z",
            "approximateArrivalOfLastRecord": "2026-04-29T09:13:21.580Z",
            "batchSize": 2,
            "streamArn": KINESIS_ARN,
        },
    }


def test_buckets_get_the_event_too_under_the_documented_name() -> None:
    made = record(Batch(RECORDS, last_result=ERROR, invocations=1), DestinationConfig=to(BUCKET_ARN))

    day = "2026/04/29/2026-04-29T09.13.26-random"
    assert made.key == f"aws/lambda/{IDENTITY.mapping_id}/shardId-000000000001/{day}"
    assert json.loads(json.loads(made.body)["payload"]) == {"Records": [{"n": 1}, {"n": 2}]}


def test_dynamodb_streams_tell_arrival_in_seconds() -> None:
    made = record(Batch(RECORDS), EventSourceArn=DYNAMODB_ARN, DestinationConfig=to(QUEUE_ARN))

    info = json.loads(made.body)["DDBStreamBatchInfo"]
    assert info["approximateArrivalOfFirstRecord"] == "2026-04-29T09:13:20Z"
    assert info["streamArn"] == DYNAMODB_ARN


def test_a_batch_that_never_was_invoked_has_no_response() -> None:
    made = json.loads(record(Batch(RECORDS), condition=Condition.AGE, DestinationConfig=to(QUEUE_ARN)).body)

    assert made["requestContext"] == {
        "requestId": "random",
        "functionArn": IDENTITY.function_arn,
        "condition": "RecordAgeExceeded",
        "approximateInvokeCount": 0,
    }
    assert "responseContext" not in made


def test_the_payload_is_what_the_function_got() -> None:
    world = World(
        mapping(MaximumRetryAttempts=0, DestinationConfig=to(BUCKET_ARN)), lambda _call: FunctionFailed(request_id="r")
    )
    world.put("a", "b")
    world.run(10)
    [sent] = world.sent
    assert json.loads(json.loads(sent.record.body)["payload"]) == world.calls[0].event
