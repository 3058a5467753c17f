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

from consumers import counts as counting
from consumers.counts import Counts
from consumers.failed_events import FailedEvent
from consumers.redrive.survey import read_failed_events
from consumers.rollup.environment import environment
from consumers.tables import Level
from consumers.trends.item import decode_item
from tests.integration.lambda_surroundings import SCHEDULE, SETTINGS, SHARD, Context, kinesis_batch, load_handler
from tests.integration.moto_stack import stack_in_moto
from tests.integration.tables import PANE_LOG, TRENDS

TEMPLATE = {
    "Parameters": {
        "DedupDays": {"Type": "Number", "Default": 7},
        "StreamRetentionHours": {"Type": "Number", "Default": 24},
        "Schedule": {"Type": "String", "Default": SCHEDULE},
    },
    "Resources": {
        "FailedEventsBucket": {"Type": "AWS::S3::Bucket"},
        "ArchiveBucket": {"Type": "AWS::S3::Bucket"},
        "PaneLogTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {**PANE_LOG, "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}},
        },
        "TrendsTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {**TRENDS, "StreamSpecification": {"StreamViewType": "KEYS_ONLY"}},
        },
    },
}


def a_batch(*records: tuple[int, bytes], arrived: datetime, shard: str = SHARD) -> dict[str, Any]:
    return kinesis_batch(*records, arrived=arrived.timestamp(), shard=shard)


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

    def new_segments(self) -> list[Any]:
        """Return what is new in the log's stream."""
        streams = boto3.client("dynamodbstreams", endpoint_url="https://streams.dynamodb.us-east-1.amazonaws.com")
        (stream,) = streams.list_streams(TableName=self.names["PaneLogTable"])["Streams"]
        shards = streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]
        iterator = streams.get_shard_iterator(
            StreamArn=stream["StreamArn"], ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        records = streams.get_records(ShardIterator=iterator)["Records"]
        new, self.read = records[self.read :], len(records)
        return new

    def roll_up(self) -> None:
        """Have rollup take what is new in the log's stream."""
        event = json.loads(json.dumps({"Records": self.new_segments()}, default=as_json))
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


def as_json(value: object) -> object:
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
    with stack_in_moto(monkeypatch, TEMPLATE, SETTINGS) as names:
        monkeypatch.setenv("LOG_TABLE", names["PaneLogTable"])
        monkeypatch.setenv("TRENDS_TABLE", names["TrendsTable"])
        monkeypatch.setenv("FAILED_EVENTS_BUCKET", names["FailedEventsBucket"])
        monkeypatch.setenv("ARCHIVE_BUCKET", names["ArchiveBucket"])
        environment.cache_clear()
        functions = {name: load_handler(name, monkeypatch) for name in ("archive", "ingest", "rollup")}
        yield ArchivedStack(functions, names, capture, monkeypatch)
        environment.cache_clear()
