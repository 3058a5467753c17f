"""A stack in moto with its archive, and the real functions on it: what was live is there to be compared."""

import importlib
import json
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any

import boto3
import pytest
from aws_kinesis_agg.aggregator import RecordAggregator
from moto import mock_aws

from consumers import counts as counting
from consumers.counts import Counts
from consumers.failed_events import FailedEvent
from consumers.redrive.survey import read_failed_events
from consumers.rollup.environment import environment
from consumers.tables import Level
from consumers.trends.item import decode_item
from tests.integration.lambda_surroundings import Context, Stdout

SCHEDULE = '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]'
SHARD = "shardId-000000000000"
STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/events"


def a_table(hash_key: str, range_key: str, range_type: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - CloudFormation
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": hash_key, "AttributeType": "S"},
                {"AttributeName": range_key, "AttributeType": range_type},
            ],
            "KeySchema": [
                {"AttributeName": hash_key, "KeyType": "HASH"},
                {"AttributeName": range_key, "KeyType": "RANGE"},
            ],
            **more,
        },
    }


TEMPLATE = {
    "Parameters": {
        "DedupDays": {"Type": "Number", "Default": 7},
        "StreamRetentionHours": {"Type": "Number", "Default": 24},
        "Schedule": {"Type": "String", "Default": SCHEDULE},
    },
    "Resources": {
        "FailedEventsBucket": {"Type": "AWS::S3::Bucket"},
        "ArchiveBucket": {"Type": "AWS::S3::Bucket"},
        "PaneLogTable": a_table("address", "segment", "N", StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
        "TrendsTable": a_table("bucket", "start", "S"),
    },
}


def an_aggregate(*payloads: bytes, key: str = "key") -> bytes:
    aggregator = RecordAggregator()
    for payload in payloads:
        aggregator.add_user_record(key, payload)
    _, _, data = aggregator.clear_and_get().get_contents()
    return bytes(data)


def a_batch(*records: tuple[int, bytes], arrived: datetime, shard: str = SHARD, key: str = "key") -> dict[str, Any]:
    return {
        "Records": [
            {
                "kinesis": {
                    "partitionKey": key,
                    "sequenceNumber": str(sequence),
                    "data": b64encode(data).decode(),
                    "approximateArrivalTimestamp": arrived.timestamp(),
                },
                "eventID": f"{shard}:{sequence}",
                "eventSourceARN": STREAM_ARN,
            }
            for sequence, data in records
        ]
    }


@dataclass
class ArchivedStack:
    """The functions and the names of what they write to."""

    functions: dict[str, ModuleType]
    names: dict[str, str]
    capture: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    read: int = 0
    """Records of the log's stream that rollup was given."""

    def arrive(self, *records: tuple[int, bytes], arrived: datetime, shard: str = SHARD) -> None:
        """Have ingest and the archive take records."""
        batch = json.loads(json.dumps(a_batch(*records, arrived=arrived, shard=shard)))
        assert self.functions["ingest"].handler(batch, Context("ingest")) == {"batchItemFailures": []}
        self.functions["archive"].handler(batch, Context("archive"))

    def roll_up(self) -> None:
        """Have rollup take what is new in the log's stream."""
        streams = boto3.client("dynamodbstreams", endpoint_url="https://streams.dynamodb.us-east-1.amazonaws.com")
        (stream,) = streams.list_streams(TableName=self.names["PaneLogTable"])["Streams"]
        shards = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        new, self.read = records[self.read :], len(records)
        event = json.loads(json.dumps({"Records": new}, default=_as_json))
        assert self.functions["rollup"].handler(event, Context("rollup")) == {"batchItemFailures": []}

    def command(self, name: str, *arguments: str) -> tuple[int, dict[str, Any], str]:
        """Run a command line; return its exit status, its report and its errors."""
        self.capture.readouterr()
        self.monkeypatch.setattr(sys, "argv", [name, *arguments])
        with pytest.raises(SystemExit) as ended:
            importlib.import_module(f"consumers.{name}.__main__").main()
        output, errors = self.capture.readouterr()
        assert "Traceback" not in errors
        return int(ended.value.code or 0), json.loads(output or "{}"), errors

    def failed(self, bucket: str = "") -> list[FailedEvent]:
        return list(read_failed_events(boto3.client("s3"), bucket or self.names["FailedEventsBucket"]))

    def keys(self, bucket: str) -> list[str]:
        pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.names.get(bucket, bucket))
        return [each["Key"] for page in pages for each in page.get("Contents", [])]


def _as_json(value: object) -> object:
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def trends(table: str) -> dict[Level, dict[str, Counts]]:
    """Return what a trends table says of each minute, hour and day."""
    found: dict[Level, dict[str, Counts]] = {level: {} for level in Level}
    for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            level, start = item["bucket"]["S"].partition("#")[0], item["start"]["S"]
            if level in found:
                total = found[Level(level)].setdefault(start, counting.empty())
                counting.add(total, decode_item(Level(level), item).counts)
    return found


@contextmanager
def archived_stack(monkeypatch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> Iterator[ArchivedStack]:
    """Start the stack."""
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "DEDUP_DAYS": "7",
        "STREAM_RETENTION_HOURS": "24",
        "SCHEDULE": SCHEDULE,
        "POWERTOOLS_SERVICE_NAME": "test",
        "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():
        cloudformation = boto3.client("cloudformation")
        cloudformation.create_stack(StackName="penstock", TemplateBody=json.dumps(TEMPLATE))
        names = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for each in cloudformation.describe_stack_resources(StackName="penstock")["StackResources"]
        }
        monkeypatch.setenv("LOG_TABLE", names["PaneLogTable"])
        monkeypatch.setenv("TRENDS_TABLE", names["TrendsTable"])
        monkeypatch.setenv("FAILED_EVENTS_BUCKET", names["FailedEventsBucket"])
        monkeypatch.setenv("ARCHIVE_BUCKET", names["ArchiveBucket"])
        environment.cache_clear()
        functions = {}
        for name in ("archive", "ingest", "rollup"):
            # Logger and metrics read the environment when the module is imported, as in Lambda.
            sys.modules.pop(f"consumers.{name}.handler", None)
            functions[name] = importlib.import_module(f"consumers.{name}.handler")
            monkeypatch.setattr(functions[name].logger.registered_handler, "stream", Stdout())
        yield ArchivedStack(functions, names, capture, monkeypatch)
        environment.cache_clear()
