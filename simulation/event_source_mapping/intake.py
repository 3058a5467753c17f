"""Turns what GetRecords returned into records of a Lambda event, and drops what the filters do not want.

The shapes are those of the event examples on "Using Lambda to process records from Amazon Kinesis Data Streams"
and "Using AWS Lambda with Amazon DynamoDB". What comes in has the shape of botocore's GetRecords answers.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from simulation.event_source_mapping.configuration import MappingConfig, StreamKind
from simulation.event_source_mapping.event_pattern import parse_json
from simulation.event_source_mapping.records import StreamRecord

RawRecord = Mapping[str, Any]
"""One element of the `Records` of a GetRecords answer, as botocore parses it."""


class Intake(Protocol):
    """Reads one kind of stream's records."""

    def take(self, place: int, shard_id: str, raw: RawRecord) -> StreamRecord | None:
        """The record as the function will see it, or None when no filter accepts it."""

    def sequence_number(self, raw: RawRecord) -> str:
        """The record's sequence number, whether a filter accepts it or not."""

    def arrived_at(self, raw: RawRecord) -> float:
        """When the stream took the record, in epoch seconds."""

    def size(self, raw: RawRecord) -> int:
        """Bytes that count against the read limit of a shard."""


def intake_for(config: MappingConfig, role_arn: str) -> Intake:
    """The reader of the mapping's kind of records. `role_arn` is the function's execution role."""
    if config.stream_kind is StreamKind.KINESIS:
        return KinesisIntake(config, role_arn)
    return DynamoDBIntake(config)


class KinesisIntake:
    """Records of a Kinesis data stream."""

    def __init__(self, config: MappingConfig, role_arn: str) -> None:
        self._filters = config.filters
        self._tail = (
            f',"invokeIdentityArn":{json.dumps(role_arn)},"awsRegion":{json.dumps(config.region)}'
            f',"eventSourceARN":{json.dumps(config.stream_arn)}}}'
        )

    def take(self, place: int, shard_id: str, raw: RawRecord) -> StreamRecord | None:
        data: bytes = raw["Data"]
        if self._filters and not self._accepts(data):
            return None
        number = self.sequence_number(raw)
        arrived_at = self.arrived_at(raw)
        # Written out rather than dumped: the data is by far the largest part and needs no escaping.
        event = (
            '{"kinesis":{"kinesisSchemaVersion":"1.0"'
            f',"partitionKey":{json.dumps(raw["PartitionKey"])}'
            f',"sequenceNumber":"{number}"'
            f',"data":"{b64encode(data).decode("ascii")}"'
            f',"approximateArrivalTimestamp":{json.dumps(arrived_at)}}}'
            ',"eventSource":"aws:kinesis","eventVersion":"1.0"'
            f',"eventID":"{shard_id}:{number}","eventName":"aws:kinesis:record"'
            f"{self._tail}"
        )
        return StreamRecord(place, number, raw["PartitionKey"], arrived_at, event.encode("ascii"))

    def sequence_number(self, raw: RawRecord) -> str:
        return str(raw["SequenceNumber"])

    def arrived_at(self, raw: RawRecord) -> float:
        return round(_epoch(raw["ApproximateArrivalTimestamp"]), 3)

    def size(self, raw: RawRecord) -> int:
        return len(raw["Data"])

    def _accepts(self, data: bytes) -> bool:
        # Data that is not JSON is dropped when a pattern names `data`, and every pattern does
        # ("Using event filtering with a Kinesis event source").
        try:
            record = {"data": parse_json(data)}
        except ValueError:
            return False
        return any(pattern.matches(record) for pattern in self._filters)


class DynamoDBIntake:
    """Records of a DynamoDB table's stream. Binary values become base64, as in every Lambda event."""

    def __init__(self, config: MappingConfig) -> None:
        self._config = config

    def take(self, place: int, shard_id: str, raw: RawRecord) -> StreamRecord | None:
        del shard_id  # a DynamoDB record's eventID is the stream's own
        change = raw["dynamodb"]
        arrived_at = self.arrived_at(raw)
        dynamodb: dict[str, Any] = {"ApproximateCreationDateTime": arrived_at}
        for image in ("Keys", "NewImage", "OldImage"):
            if image in change:
                dynamodb[image] = _attributes(change[image])
        dynamodb["SequenceNumber"] = self.sequence_number(raw)
        dynamodb["SizeBytes"] = change["SizeBytes"]
        dynamodb["StreamViewType"] = change["StreamViewType"]
        record: dict[str, Any] = {
            "eventID": raw["eventID"],
            "eventName": raw["eventName"],
            "eventVersion": raw["eventVersion"],
            "eventSource": raw["eventSource"],
            "awsRegion": self._config.region,
            "dynamodb": dynamodb,
            "eventSourceARN": self._config.stream_arn,
        }
        if identity := raw.get("userIdentity"):
            record["userIdentity"] = {"principalId": identity["PrincipalId"], "type": identity["Type"]}
        if self._config.filters and not any(pattern.matches(record) for pattern in self._config.filters):
            return None
        key = json.dumps(dynamodb["Keys"], sort_keys=True)
        event = json.dumps(record, separators=(",", ":")).encode("ascii")
        return StreamRecord(place, self.sequence_number(raw), key, arrived_at, event)

    def sequence_number(self, raw: RawRecord) -> str:
        return str(raw["dynamodb"]["SequenceNumber"])

    def arrived_at(self, raw: RawRecord) -> float:
        return _epoch(raw["dynamodb"]["ApproximateCreationDateTime"])

    def size(self, raw: RawRecord) -> int:
        return int(raw["dynamodb"]["SizeBytes"])


def _epoch(moment: datetime | float) -> float:
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)


def _attributes(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in item.items()}


def _value(value: Mapping[str, Any]) -> dict[str, Any]:
    """An attribute value in DynamoDB's JSON, with bytes at any depth as base64."""
    [(kind, content)] = value.items()
    if kind == "B":
        return {"B": b64encode(content).decode("ascii")}
    if kind == "BS":
        return {"BS": [b64encode(each).decode("ascii") for each in content]}
    if kind == "L":
        return {"L": [_value(each) for each in content]}
    if kind == "M":
        return {"M": _attributes(content)}
    return {kind: content}
