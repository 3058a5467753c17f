"""The invocation record: what a failure destination is told about a discarded batch.

Format, S3 object name and differences between destinations: "Retain discarded batch records for a Kinesis Data
Streams event source in Lambda" and "Retain discarded records for a DynamoDB event source in Lambda". SQS and SNS
get metadata only, S3 also the event as an escaped JSON string.
"""

import enum
import json
from datetime import UTC, datetime
from typing import Any, NamedTuple

from simulation.event_source_mapping.batch import Batch
from simulation.event_source_mapping.configuration import DestinationKind, MappingConfig, StreamKind
from simulation.event_source_mapping.invocation import FunctionFailed
from simulation.event_source_mapping.records import payload


class Condition(enum.Enum):
    """Why a batch was discarded."""

    RETRIES = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"


class MappingIdentity(NamedTuple):
    """Names that only the deployed mapping has: its UUID, the function's ARN and its execution role's."""

    mapping_id: str
    function_arn: str
    role_arn: str


class InvocationRecord(NamedTuple):
    """What to send. `key` is the object's name for S3 and empty for the other destinations."""

    key: str
    body: bytes


def invocation_record(
    config: MappingConfig,
    identity: MappingIdentity,
    shard_id: str,
    batch: Batch,
    condition: Condition,
    *,
    now: float,
    new_id: str,
) -> InvocationRecord:
    """Describe a discarded batch for the mapping's destination.

    A batch that never was invoked has no `responseContext`. `now` is in epoch seconds; `new_id` is a random UUID.
    """
    result = batch.last_result
    kinesis = config.stream_kind is StreamKind.KINESIS
    context: dict[str, Any] = {}
    if result is not None:
        context = {"statusCode": 200, "executedVersion": "$LATEST"}
        if isinstance(result, FunctionFailed):
            context["functionError"] = result.kind
    first, last = batch.records[0], batch.records[-1]
    body: dict[str, Any] = {
        "requestContext": {
            "requestId": (result.request_id if result else "") or new_id,
            "functionArn": identity.function_arn,
            "condition": condition.value,
            "approximateInvokeCount": batch.invocations,
        },
        **({"responseContext": context} if context else {}),
        "version": "1.0",
        "timestamp": _iso(now, "milliseconds"),
        "KinesisBatchInfo" if kinesis else "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": first.sequence_number,
            "endSequenceNumber": last.sequence_number,
            "approximateArrivalOfFirstRecord": _arrival(first.arrived_at, kinesis=kinesis),
            "approximateArrivalOfLastRecord": _arrival(last.arrived_at, kinesis=kinesis),
            "batchSize": len(batch.records),
            "streamArn": config.stream_arn,
        },
    }
    key = ""
    if config.on_failure is not None and config.on_failure.kind is DestinationKind.S3:
        body["payload"] = payload(batch.records).decode()
        key = _object_key(identity.mapping_id, shard_id, now, new_id)
    return InvocationRecord(key, json.dumps(body).encode())


def _object_key(mapping_id: str, shard_id: str, now: float, new_id: str) -> str:
    moment = datetime.fromtimestamp(now, UTC)
    return f"aws/lambda/{mapping_id}/{shard_id}/{moment:%Y/%m/%d}/{moment:%Y-%m-%dT%H.%M.%S}-{new_id}"


def _arrival(epoch: float, *, kinesis: bool) -> str:
    # DynamoDB streams tell arrival in whole seconds, and the documented examples show it so.
    return _iso(epoch, "milliseconds" if kinesis else "seconds")


def _iso(epoch: float, timespec: str) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec=timespec).replace("+00:00", "Z")
