"""A stack in moto with redrive's command line and function, and what befalls its events."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import boto3
import pytest

from consumers import counts
from consumers.failed_events import FailedEvent
from consumers.pane_log import segment as segments
from consumers.redrive.__main__ import main
from consumers.redrive.survey import read_failed_events
from tests.integration.lambda_surroundings import (
    SCHEDULE,
    SETTINGS,
    SHARD,
    STREAM_ARN,
    Context,
    kinesis_batch,
    load_handler,
)
from tests.integration.moto_stack import stack_in_moto
from tests.integration.tables import PANE_LOG

TEMPLATE = {
    "Parameters": {
        "DedupDays": {"Type": "Number", "Default": 7},
        "StreamRetentionHours": {"Type": "Number", "Default": 24},
        "Schedule": {"Type": "String", "Default": SCHEDULE},
    },
    "Resources": {
        "EventStream": {"Type": "AWS::Kinesis::Stream", "Properties": {"ShardCount": 2}},
        "FailedEventsBucket": {"Type": "AWS::S3::Bucket"},
        "PaneLogTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": PANE_LOG,
        },
    },
}
ARRIVED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


def at(**offset: float) -> str:
    """Return a time as long after the records' arrival."""
    return (ARRIVED + timedelta(**offset)).isoformat()


def an_event(number: int, **changes: object) -> bytes:
    fields = {
        "event_id": str(number),
        "kind": "post",
        "platform": "bluesky",
        "author": f"author {number % 5}",
        "created_at": at(seconds=-number % 60),
        "hashtags": [f"tag{number % 3}"],
    }
    return json.dumps({name: value for name, value in (fields | changes).items() if value is not None}).encode()


def damaged(aggregate: bytes) -> bytes:
    """Break an aggregate's checksum, its last 16 bytes."""
    return aggregate[:-1] + bytes([aggregate[-1] ^ 1])


def a_batch(*records: tuple[int, bytes], arrived: datetime = ARRIVED, shard: str = SHARD) -> dict[str, Any]:
    return kinesis_batch(*records, arrived=arrived.timestamp(), shard=shard)


def a_discarded_batch(batch: dict[str, Any]) -> bytes:
    """Describe a batch as Lambda does: "Retain discarded batch records", AWS Lambda Developer Guide."""
    first, last = batch["Records"][0]["kinesis"], batch["Records"][-1]["kinesis"]
    arrivals = [
        datetime.fromtimestamp(each["approximateArrivalTimestamp"], UTC).isoformat(timespec="milliseconds")
        for each in (first, last)
    ]
    return json.dumps(
        {
            "requestContext": {
                "requestId": "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
                "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:ingest",
                "condition": "RecordAgeExceeded",
                "approximateInvokeCount": 1,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": "2026-11-21T00:38:06.021Z",
            "KinesisBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": first["sequenceNumber"],
                "endSequenceNumber": last["sequenceNumber"],
                "approximateArrivalOfFirstRecord": arrivals[0],
                "approximateArrivalOfLastRecord": arrivals[1],
                "batchSize": len(batch["Records"]),
                "streamArn": STREAM_ARN,
            },
            "payload": json.dumps(batch),
        }
    ).encode()


DISCARDED_KEY = f"aws/lambda/d5f1c0de-0000-4000-8000-000000000000/{SHARD}/2026/11/21/2026-11-21T00.38.06-uuid"


@dataclass
class Stack:
    """A stack in moto, the functions that belong to it, and the command line."""

    ingest: ModuleType
    redrive: ModuleType
    stream: str
    bucket: str
    table: str
    capture: pytest.CaptureFixture[str]
    set_arguments: Callable[[list[str]], None]
    read: dict[str, str] = field(default_factory=dict)
    """Iterators by shard: what was delivered already."""

    def arrive(self, *records: tuple[int, bytes], arrived: datetime = ARRIVED) -> None:
        """Have ingest take records that arrived some time ago."""
        assert self.ingest.handler(a_batch(*records, arrived=arrived), Context("ingest")) == {"batchItemFailures": []}

    def deliver(self) -> int:
        """Have ingest take what is new in the stream; return the number of records."""
        kinesis, number = boto3.client("kinesis"), 0
        for shard in kinesis.list_shards(StreamName=self.stream)["Shards"]:
            shard_id = shard["ShardId"]
            start = (
                self.read.get(shard_id)
                or kinesis.get_shard_iterator(
                    StreamName=self.stream, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON"
                )["ShardIterator"]
            )
            answer = kinesis.get_records(ShardIterator=start)
            self.read[shard_id] = answer["NextShardIterator"]
            for record in answer["Records"]:
                batch = a_batch(
                    (int(record["SequenceNumber"]), record["Data"]),
                    arrived=record["ApproximateArrivalTimestamp"],
                    shard=shard_id,
                )
                assert self.ingest.handler(batch, Context("ingest")) == {"batchItemFailures": []}
                number += 1
        return number

    def command(self, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        """Run the command line; return its exit status, its output's JSON lines and its errors."""
        self.capture.readouterr()
        self.set_arguments(["redrive", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output, errors = self.capture.readouterr()
        assert "Traceback" not in errors
        return int(ended.value.code or 0), [json.loads(line) for line in output.splitlines()], errors

    def invoke(self, **event: object) -> dict[str, Any]:
        """Invoke the redrive function; Lambda passes JSON both ways."""
        answer = self.redrive.handler(json.loads(json.dumps(event)), Context("redrive"))
        return dict(json.loads(json.dumps(answer)))

    def failed(self) -> list[FailedEvent]:
        return list(read_failed_events(boto3.client("s3"), self.bucket))

    def put_discarded(self, batch: dict[str, Any], key: str = DISCARDED_KEY) -> None:
        boto3.client("s3").put_object(Bucket=self.bucket, Key=key, Body=a_discarded_batch(batch))

    def keys(self, prefix: str) -> list[str]:
        listing = boto3.client("s3").list_objects_v2(Bucket=self.bucket, Prefix=prefix)
        return [each["Key"] for each in listing.get("Contents", [])]

    def counted(self) -> counts.Counts:
        total = counts.empty()
        for item in boto3.client("dynamodb").scan(TableName=self.table)["Items"]:
            counts.add(total, segments.decode(item).counts)
        return total


@contextmanager
def open_stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Stack]:
    with stack_in_moto(monkeypatch, TEMPLATE, SETTINGS) as names:
        monkeypatch.setenv("STREAM", names["EventStream"])
        monkeypatch.setenv("LOG_TABLE", names["PaneLogTable"])
        monkeypatch.setenv("FAILED_EVENTS_BUCKET", names["FailedEventsBucket"])
        yield Stack(
            ingest=load_handler("ingest", monkeypatch),
            redrive=load_handler("redrive", monkeypatch),
            stream=names["EventStream"],
            bucket=names["FailedEventsBucket"],
            table=names["PaneLogTable"],
            capture=capsys,
            set_arguments=lambda arguments: monkeypatch.setattr(sys, "argv", arguments),
        )
