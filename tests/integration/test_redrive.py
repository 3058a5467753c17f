"""Redrive against moto, with the real ingest handler on both sides: what ends in the log is what a Counter says."""

import importlib
import json
import sys
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from aws_kinesis_agg.aggregator import RecordAggregator
from moto import mock_aws

from consumers import counts
from consumers.failed_events import FailedEvent, Reason, read_failed_events
from consumers.pane_log import segment as segments
from consumers.redrive.__main__ import main
from consumers.redrive.bucket import Bucket
from consumers.redrive.request import RequestError
from consumers.redrive.selection import place
from tests.integration.lambda_surroundings import Context, Stdout

SCHEDULE = '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]'
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
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": "address", "AttributeType": "S"},
                    {"AttributeName": "segment", "AttributeType": "N"},
                ],
                "KeySchema": [
                    {"AttributeName": "address", "KeyType": "HASH"},
                    {"AttributeName": "segment", "KeyType": "RANGE"},
                ],
            },
        },
    },
}
ARRIVED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
SHARD = "shardId-000000000000"
EVENT_SOURCE = "arn:aws:kinesis:us-east-1:123456789012:stream/events"


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


def an_aggregate(*payloads: bytes) -> bytes:
    aggregator = RecordAggregator()
    for payload in payloads:
        aggregator.add_user_record("key", payload)
    _, _, data = aggregator.clear_and_get().get_contents()
    return bytes(data)


def damaged(aggregate: bytes) -> bytes:
    """Break an aggregate's checksum, its last 16 bytes."""
    return aggregate[:-1] + bytes([aggregate[-1] ^ 1])


def a_batch(*records: tuple[int, bytes], arrived: datetime = ARRIVED, shard: str = SHARD) -> dict[str, Any]:
    return {
        "Records": [
            {
                "kinesis": {
                    "partitionKey": "key",
                    "sequenceNumber": str(sequence),
                    "data": b64encode(data).decode(),
                    "approximateArrivalTimestamp": arrived.timestamp(),
                },
                "eventID": f"{shard}:{sequence}",
                "eventSourceARN": EVENT_SOURCE,
            }
            for sequence, data in records
        ]
    }


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
                "streamArn": EVENT_SOURCE,
            },
            "payload": json.dumps(batch),
        }
    ).encode()


SALVAGING = f"""
import json

def salvage(payload):
    if payload == b"{{":
        return {{"kind": "like", "platform": "x", "author": "y", "created_at": "{at()}"}}
    without_checksum = payload[:-16]  # whose bytes may be braces too
    return [json.loads(b"{{" + part[:part.index(b"}}") + 1]) for part in without_checksum.split(b"{{")[1:]]
"""
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


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Stack]:
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "DEDUP_DAYS": "7",
        "STREAM_RETENTION_HOURS": "24",
        "SCHEDULE": SCHEDULE,
        "POWERTOOLS_SERVICE_NAME": "ingest",
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
        monkeypatch.setenv("STREAM", names["EventStream"])
        monkeypatch.setenv("LOG_TABLE", names["PaneLogTable"])
        monkeypatch.setenv("FAILED_EVENTS_BUCKET", names["FailedEventsBucket"])
        functions = {}
        for name in ("ingest", "redrive"):
            # Logger and metrics read the environment when the module is imported, as in Lambda.
            sys.modules.pop(f"consumers.{name}.handler", None)
            functions[name] = importlib.import_module(f"consumers.{name}.handler")
            monkeypatch.setattr(functions[name].logger.registered_handler, "stream", Stdout())
        yield Stack(
            ingest=functions["ingest"],
            redrive=functions["redrive"],
            stream=names["EventStream"],
            bucket=names["FailedEventsBucket"],
            table=names["PaneLogTable"],
            capture=capsys,
            set_arguments=lambda arguments: monkeypatch.setattr(sys, "argv", arguments),
        )


def one_of_each_reason(stack: Stack) -> None:
    """Bring 6 good events, 3 in each of two aggregates, and one bad thing for each reason."""
    stack.arrive(
        (1, an_aggregate(an_event(1), an_event(2), an_event(3))),
        (2, an_aggregate(an_event(4), b"{", an_event(5, lang="no language"), an_event(6))),
        (3, damaged(an_aggregate(an_event(7), an_event(8)))),
        (4, an_event(9, created_at=at(minutes=30))),
        (5, an_event(10, created_at=at(days=-8))),
        (6, an_event(11, event_id=None, lang="no language")),
    )


def test_list_counts_by_day_and_reason(stack: Stack) -> None:
    one_of_each_reason(stack)
    status, rows, _ = stack.command("list")
    assert status == 0
    assert {row["reason"]: (row["events"], row["redriven"]) for row in rows} == {
        "damaged_aggregate": (1, 0),
        "future": (1, 0),
        "invalid": (2, 0),
        "too_late": (1, 0),
        "unreadable": (1, 0),
    }
    assert {row["day"] for row in rows} == {ARRIVED.date().isoformat()}
    assert {datetime.fromisoformat(row["newest"]) for row in rows} == {ARRIVED}
    assert stack.invoke(action="list")["rows"] == rows
    assert stack.command("list", "--day", "2020-02-02") == (0, [], "")


def test_show_shows_one_with_all_its_fields(stack: Stack) -> None:
    one_of_each_reason(stack)
    _, listed, _ = stack.command("list", "--each", "--reason", "future")
    status, [shown], _ = stack.command("show", listed[0]["key"])
    assert status == 0
    assert json.loads(shown["text"])["event_id"] == "9"
    assert shown["errors"] == [{"field": "created_at", "message": "more than 300 s later than the record's arrival"}]
    assert shown["redriven"] is None
    assert len(stack.command("show", listed[0]["key"].partition("#")[0])[1]) == 6
    status, _, errors = stack.command("show", listed[0]["key"] + "9")
    assert (status, errors.count("\n")) == (1, 1)


def test_each_reason_comes_back_as_its_fix_up_allows_and_counts_once(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one_of_each_reason(stack)
    expected = Counter(post=5)
    assert stack.counted()["kind"] == expected

    # As they are, only the one whose time has come can count.
    status, [report], _ = stack.command("send", "--all")
    assert (status, report["sent"]) == (0, 1)
    assert report["held_back"] == {"damaged_aggregate": 1, "invalid": 2, "too_late": 1, "unreadable": 1}
    assert stack.deliver() == 1
    expected["post"] += 1
    assert stack.counted()["kind"] == expected

    status, [report], _ = stack.command("send", "--reason", "too_late", "--set", "created_at=arrival")
    assert (status, report["sent"], report["held_back"]) == (0, 1, {})
    expected["post"] += 1
    status, [report], _ = stack.command("send", "--reason", "invalid", "--set", "lang=null")
    assert (status, report["sent"]) == (0, 2)
    expected["post"] += 2
    (tmp_path / "salvaging.py").write_text(SALVAGING)
    monkeypatch.chdir(tmp_path)
    status, [report], _ = stack.command(
        "send", "--reason", "unreadable", "--reason", "damaged_aggregate", "--fix", "salvaging:salvage"
    )
    assert (status, report["sent"], report["held_back"]) == (0, 2, {})
    expected += Counter(post=2, like=1)
    stack.deliver()
    assert stack.counted()["kind"] == expected

    failed_before = stack.failed()
    assert len(failed_before) == 6  # none of them failed again
    assert Bucket(boto3.client("s3"), stack.bucket).redriven() == {
        (each.shard_id, place(each)) for each in failed_before
    }
    _, rows, _ = stack.command("list")
    assert all(row["redriven"] == row["events"] for row in rows)
    status, [report], _ = stack.command("send", "--all")
    assert (status, report["sent"], report["already_redriven"]) == (0, 0, 6)
    assert stack.deliver() == 0


def test_raw_bytes_ids_and_times_are_unchanged_without_a_fix_up(stack: Stack) -> None:
    odd = an_event(9, created_at=at(minutes=30)).replace(b": ", b" :\t")
    stack.arrive((1, odd))
    assert stack.command("send", "--all")[0] == 0
    kinesis = boto3.client("kinesis")
    records = []
    for shard in kinesis.list_shards(StreamName=stack.stream)["Shards"]:
        start = kinesis.get_shard_iterator(
            StreamName=stack.stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records += kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]
    (record,) = records
    assert odd in record["Data"]


def test_sending_again_counts_nothing_again_even_without_an_id(stack: Stack) -> None:
    one_of_each_reason(stack)
    before = stack.counted()["kind"]["post"]
    for _ in range(3):
        status, [report], _ = stack.command("send", "--reason", "invalid", "--set", "lang=null", "--again")
        assert (status, report["sent"]) == (0, 2)
        stack.deliver()
    assert stack.counted()["kind"]["post"] == before + 2
    assert len(stack.keys("redriven/")) == 1  # the repetition's mark is the first one's


def test_a_crash_between_sending_and_marking_counts_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    one_of_each_reason(stack)
    before = stack.counted()["kind"]["post"]

    def crash(*_arguments: object) -> None:
        raise MemoryError("killed here")

    with monkeypatch.context() as broken:
        broken.setattr(Bucket, "put_mark", crash)
        status, [report], errors = stack.command("send", "--reason", "too_late", "--set", "created_at=arrival")
        assert (status, report["sent"], report["complete"]) == (1, 0, False)
        assert errors.count("\n") == 1
    assert stack.keys("redriven/") == []
    assert stack.command("send", "--reason", "too_late", "--set", "created_at=arrival")[1][0]["sent"] == 1
    assert stack.deliver() == 2
    assert stack.counted()["kind"]["post"] == before + 1


def test_ctrl_c_marks_what_was_sent_and_ends_with_130(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    late = {number: an_event(number, created_at=at(minutes=30)) for number in range(20)}
    stack.arrive(*late.items())
    looked_at: list[str] = []

    def interrupt(event: FailedEvent) -> str:
        looked_at.append(place(event))
        if len(looked_at) == 12:
            raise KeyboardInterrupt
        return place(event)

    with monkeypatch.context() as patched:
        patched.setattr("consumers.redrive.survey.place", interrupt)
        status, [report], errors = stack.command("send", "--all")
    assert (status, report["sent"], report["complete"]) == (130, 11, False)
    assert "running it again is safe" in errors
    status, [report], _ = stack.command("send", "--all")
    assert (status, report["sent"], report["already_redriven"]) == (0, 9, 11)
    stack.deliver()
    assert stack.counted()["kind"] == {"post": 20}


def test_selection_by_author_key_and_day(stack: Stack) -> None:
    stack.arrive(*((number, an_event(number, created_at=at(minutes=30))) for number in range(10)))
    assert stack.command("send", "--author", "author 3", "--dry-run")[1][0]["selected"] == 2
    key = stack.command("list", "--each")[1][0]["key"]
    assert stack.command("send", "--key", key)[1][0]["sent"] == 1
    assert stack.command("send", "--day", ARRIVED.date().isoformat())[1][0]["sent"] == 9
    assert stack.command("send", "--day", "2020-02-02")[1][0]["selected"] == 0
    stack.deliver()
    assert stack.counted()["kind"] == {"post": 10}


def test_a_dry_run_sends_and_marks_nothing(stack: Stack) -> None:
    one_of_each_reason(stack)
    status, [report], _ = stack.command("send", "--all", "--dry-run")
    assert (status, report["sent"], report["dry_run"]) == (0, 1, True)
    assert stack.deliver() == 0
    assert stack.keys("redriven/") == []


def test_the_function_sends_too(stack: Stack) -> None:
    one_of_each_reason(stack)
    answer = stack.invoke(action="send", reasons=["future", "too_late"], set=["created_at=arrival"])
    assert (answer["sent"], answer["complete"]) == (2, True)
    assert stack.invoke(action="send", reasons=["future", "too_late"])["already_redriven"] == 2
    stack.deliver()
    assert stack.counted()["kind"] == {"post": 7}
    output = stack.capture.readouterr().out
    assert '"EventsRedriven":[2.0]' in output.replace(" ", "")
    assert "author" not in output
    with pytest.raises(RequestError, match="say which are meant"):
        stack.invoke(action="send")
    with pytest.raises(RequestError, match="reason: Extra inputs"):
        stack.invoke(action="send", reason="future")


def test_a_function_whose_time_is_up_says_that_it_is_not_complete(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_of_each_reason(stack)
    stack.put_discarded(a_batch((1, an_event(1))))
    with monkeypatch.context() as hurried:
        hurried.setattr(Context, "get_remaining_time_in_millis", lambda _self: 29_000)
        for action in ("send", "fold"):
            assert stack.invoke(action=action, all=True)["complete"] is False
        assert stack.invoke(action="list") == {"rows": [], "not_readable": 0, "complete": False}
    assert stack.keys("redriven/") == []
    assert stack.invoke(action="send", all=True)["complete"] is True


def test_a_function_whose_time_is_up_can_go_on_with_what_is_marked_already(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.arrive(*((number, an_event(number, created_at=at(minutes=30))) for number in range(10)))
    assert stack.invoke(action="send", all=True)["sent"] == 10
    remaining = iter([60_000] * 9 + [29_000] * 1000)
    with monkeypatch.context() as hurried:
        hurried.setattr(Context, "get_remaining_time_in_millis", lambda _self: next(remaining))
        first = stack.invoke(action="send", all=True, again=True)
    assert first["complete"] is False
    assert 0 < first["sent"] < 10
    second = stack.invoke(action="send", all=True, again=first["again"])
    assert (second["complete"], second["sent"], second["already_redriven"]) == (True, 10 - first["sent"], first["sent"])
    stack.deliver()
    assert stack.counted()["kind"] == {"post": 10}


def test_a_run_that_did_not_begin_is_not_complete(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    one_of_each_reason(stack)
    monkeypatch.setenv("PENSTOCK_LINGER_SECONDS", "soon")
    status, [report], errors = stack.command("send", "--all")
    assert (status, report["complete"], report["selected"]) == (2, False, 0)
    assert "PENSTOCK_LINGER_SECONDS" in errors


def test_a_selection_that_nothing_fits_is_said(stack: Stack) -> None:
    one_of_each_reason(stack)
    status, [report], errors = stack.command("send", "--key", "failed-events/2026-11-21/s/1.0_1.0_x.jsonl")
    assert (status, report["selected"], report["complete"]) == (0, 0, True)
    assert errors == "nothing in the bucket fits the selection\n"
    assert stack.command("fold", "--key", "aws/lambda/x")[2] == errors


def test_what_no_record_can_hold_is_held_back_and_what_fits_as_utf_8_is_sent(stack: Stack) -> None:
    # In a field that this version ignores, since it bounds those that it knows.
    event = json.loads(an_event(1, created_at=at(minutes=30), event_id=None, note="\u65e5" * 300_000))
    stack.arrive(
        (1, json.dumps(event, ensure_ascii=False).encode()),
        (2, an_event(2, created_at=at(minutes=30), note="x" * (1 << 20))),
    )
    for arguments in (["--dry-run"], []):
        status, [report], _ = stack.command("send", "--all", *arguments)
        assert (status, report["sent"], report["held_back"]) == (0, 1, {"too_large": 1})
        assert "PENSTOCK_MAX_RECORD_BYTES" in report["advice"]["too_large"]


def test_a_stack_of_another_kind_is_named(stack: Stack) -> None:
    resources = {"EventStream": TEMPLATE["Resources"]["EventStream"]}
    boto3.client("cloudformation").create_stack(StackName="other", TemplateBody=json.dumps({"Resources": resources}))
    status, _, errors = stack.command("--stack", "other", "list")
    assert status == 2
    assert "it has no FailedEventsBucket, PaneLogTable, DedupDays, StreamRetentionHours, Schedule" in errors


def test_without_its_stream_nothing_is_marked_and_one_line_says_why(stack: Stack) -> None:
    one_of_each_reason(stack)
    boto3.client("kinesis").delete_stream(StreamName=stack.stream)
    status, [report], errors = stack.command("send", "--reason", "future")
    assert (status, report["sent"]) == (1, 0)
    assert errors.startswith("error: nothing can be delivered")
    assert errors.count("\n") == 1
    assert stack.keys("redriven/") == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["send"], "say which are meant"),
        (["send", "--all", "--reason", "future"], "and not both"),
        (["send", "--all", "--set", "event_id=1"], "many events would count as one"),
        (["send", "--all", "--set", "colour=red"], "is not FIELD=VALUE"),
        (["send", "--all", "--fix", "no_such_module:f"], "can't be imported"),
        (["send", "--all", "--rate", "0"], "--rate"),
        (["list", "--day", "yesterday"], "a day is a date like"),
        (["list", "--reason", "bored"], "bored"),
        (["show", "elsewhere/x"], "a key begins with"),
        (["show", "aws/lambda/x"], "a discarded batch is one JSON object"),
        (["send", "--all", "--rate", "0.01"], "--rate"),
        (["fold"], "say which are meant"),
        (["--stack", "other", "list"], "there is no stack 'other'"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(stack: Stack, arguments: list[str], message: str) -> None:
    status, output, errors = stack.command(*arguments)
    assert (status, output) == (2, [])
    assert message in errors
    assert errors.count("\n") == 1


def test_a_discarded_batch_is_folded_by_its_own_arrival_times(stack: Stack) -> None:
    # Judged by the time of the fold these would be too late: they are more than a horizon old then, not on arrival.
    arrived = ARRIVED - timedelta(days=1)
    created = (arrived - timedelta(days=6, hours=20)).isoformat()
    batch = a_batch(
        (1, an_aggregate(*(an_event(number, created_at=created) for number in range(50)))),
        (2, an_event(50, created_at=arrived.isoformat(), event_id=None)),
        (3, an_event(51, created_at=(arrived - timedelta(days=8)).isoformat())),
        (4, b"\xff"),
        arrived=arrived,
    )
    # Ingest had folded a part before it gave up.
    stack.ingest.handler({"Records": batch["Records"][1:]}, Context("ingest"))
    stack.put_discarded(batch)
    _, rows, _ = stack.command("list")
    assert [(row["reason"], row["events"]) for row in rows if row["discarded_batches"]] == [("RecordAgeExceeded", 4)]

    assert stack.command("fold", "--all", "--dry-run")[1][0]["folded_batches"] == 1
    status, [report], _ = stack.command("fold", "--all")
    assert (status, report["counted"], report["duplicates"]) == (0, 50, 1)
    assert report["failed"] == {"too_late": 1, "unreadable": 1}
    assert stack.counted()["kind"] == {"post": 51}
    assert {event.reason for event in stack.failed()} == {Reason.TOO_LATE, Reason.UNREADABLE}
    assert len(stack.failed()) == 2

    assert stack.command("fold", "--all")[1][0]["already_redriven"] == 1
    again = stack.invoke(action="fold", all=True, again=True)
    assert (again["counted"], again["duplicates"]) == (0, 51)
    assert stack.counted()["kind"] == {"post": 51}
    assert len(stack.keys("redriven/aws/lambda/")) == 1


def test_what_the_pane_log_has_forgotten_is_not_counted_on_trust(stack: Stack) -> None:
    # Segments live for the horizon, the stream's retention and a day: 9 days after their pane.
    arrived = ARRIVED - timedelta(days=5)
    batch = a_batch(
        (1, an_event(1, created_at=(arrived - timedelta(days=5)).isoformat())),
        (2, an_event(2, created_at=arrived.isoformat())),
        arrived=arrived,
    )
    stack.put_discarded(batch)
    report = stack.invoke(action="fold", all=True)
    assert (report["counted"], report["failed"]) == (1, {"too_late": 1})
    (event,) = stack.failed()
    assert "no longer knows" in event.errors[0].message


def test_a_crash_between_folding_and_marking_counts_once(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.put_discarded(a_batch(*((number, an_event(number)) for number in range(30))))

    def crash(*_arguments: object) -> None:
        raise MemoryError("killed here")

    with monkeypatch.context() as broken:
        broken.setattr(Bucket, "put_mark", crash)
        status, [report], _ = stack.command("fold", "--all")
        assert (status, report["complete"]) == (1, False)
    assert stack.command("fold", "--all")[1][0]["duplicates"] == 30
    assert stack.counted()["kind"] == {"post": 30}


def test_records_of_another_shape_neither_end_the_run_nor_hide_their_neighbours(stack: Stack) -> None:
    good, odd = a_batch(*((number, an_event(number)) for number in range(3))), a_batch((3, an_event(3)))
    record = odd["Records"][0]["kinesis"]
    mixed = {"Records": [*good["Records"], odd["Records"][0] | {"kinesis": record | {"partitionKey": None}}]}
    far = a_batch((4, b"{"))
    far["Records"][0]["kinesis"]["approximateArrivalTimestamp"] = 1e12
    keys = [DISCARDED_KEY + suffix for suffix in "abc"]
    for key, batch in zip(keys, (mixed, odd, a_batch((5, an_event(5)))), strict=True):
        stack.put_discarded(batch, key)
    body = json.loads(a_discarded_batch(a_batch((4, b"{")))) | {"payload": json.dumps(far)}
    boto3.client("s3").put_object(Bucket=stack.bucket, Key=keys[1], Body=json.dumps(body))

    _, listed, _ = stack.command("list", "--each")
    assert [each["key"] for each in listed] == keys
    status, [report], errors = stack.command("fold", "--all")
    assert (status, report["counted"], report["folded_batches"], report["unfinished"]) == (1, 4, 1, {"Malformed": 2})
    assert f"{keys[0]}: of 4 records these are not as documented: 4" in errors
    assert stack.counted()["kind"] == {"post": 4}
    assert stack.command("fold", "--key", keys[2])[1][0]["already_redriven"] == 1


def test_objects_that_hold_no_batch_of_the_event_stream_are_told_or_left_to_the_sweep(stack: Stack) -> None:
    s3 = boto3.client("s3")
    s3.put_object(Bucket=stack.bucket, Key="aws/lambda/u/s/2026/11/21/a", Body=b'{"DDBStreamBatchInfo": {}}')
    assert stack.command("fold", "--all")[:2][0] == 0
    s3.put_object(Bucket=stack.bucket, Key="aws/lambda/u/s/2026/11/21/b", Body=b'{"KinesisBatchInfo": {}}')
    s3.put_object(Bucket=stack.bucket, Key="failed-events/2026-11-21/s/1.0_1.0_x.jsonl", Body=b"\x1b[31m\n")
    status, [report], errors = stack.command("fold", "--all")
    assert (status, report["not_readable"]) == (1, 1)
    assert "is not the record of a discarded Kinesis batch" in errors
    status, [report], errors = stack.command("send", "--all")
    assert (status, report["not_readable"]) == (1, 1)
    assert "line 1, is no failed event" in errors
