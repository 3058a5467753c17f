"""The real ingest handler against moto's DynamoDB and S3, in this process."""

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from moto.core.models import botocore_stubber

from consumers import counts
from consumers.failed_events import Reason
from consumers.ingest.clients import CALL_CONFIG
from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment
from consumers.redrive.survey import read_failed_events
from consumers.variables import SettingsError
from tests.integration import lambda_surroundings
from tests.integration.aggregates import an_aggregate
from tests.integration.lambda_surroundings import Context, load_handler
from tests.integration.tables import PANE_LOG

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

SECRET = "what ada wrote"  # noqa: S105 - an event's text
ARRIVED = 1_795_253_410.5  # 2026-11-21T09:30:10.5Z
SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "FAILED_EVENTS_BUCKET": "failed-events",
    **lambda_surroundings.SETTINGS,
}


@dataclass
class Stack:
    """The table and the bucket, and a function that can be started anew."""

    dynamodb: "DynamoDBClient"
    function: ModuleType

    def invoke(self, *records: tuple[int, bytes]) -> dict[str, Any]:
        event = {
            "Records": [
                {
                    "kinesis": {
                        "partitionKey": "key",
                        "sequenceNumber": str(sequence),
                        "data": b64encode(data).decode(),
                        "approximateArrivalTimestamp": ARRIVED,
                    },
                    "eventID": f"shardId-000000000000:{sequence}",
                    "eventSourceARN": "arn:aws:kinesis:eu-west-1:123456789012:stream/events",
                }
                for sequence, data in records
            ]
        }
        # Lambda passes JSON: what doesn't survive it must not be relied on.
        answer = self.function.handler(json.loads(json.dumps(event)), Context("ingest"))
        return dict(json.loads(json.dumps(answer)))

    def start_anew(self) -> None:
        """Forget everything, as a new execution environment has."""
        self.function.ingest.cache_clear()

    def segments(self) -> list[Segment]:
        found = [segments.decode(item) for item in self.dynamodb.scan(TableName="pane-log")["Items"]]
        return sorted(found, key=lambda segment: (segment.address, segment.number))

    def counted(self) -> counts.Counts:
        total = counts.empty()
        for segment in self.segments():
            counts.add(total, segment.counts)
        return total


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    function = load_handler("ingest", monkeypatch)
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(TableName="pane-log", **PANE_LOG)
        boto3.client("s3").create_bucket(
            Bucket="failed-events", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        yield Stack(dynamodb, function)


def an_event(number: int, **changes: object) -> bytes:
    fields = {
        "event_id": str(number),
        "kind": "post",
        "platform": "bluesky",
        "author": f"author {number % 5}",
        "created_at": f"2026-11-21T09:30:{number % 20:02}Z",
        "hashtags": [f"tag{number % 3}"],
        "text": SECRET,
    }
    return json.dumps(fields | changes).encode()


def metrics(output: str) -> Counter[str]:
    """Sum the metrics in a function's output; those by reason are named like ``FailedEvents/future``."""
    total: Counter[str] = Counter()
    for line in map(json.loads, output.splitlines()):
        if "_aws" not in line:
            continue
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Penstock"
        assert directive["Dimensions"] == [["service", "reason"] if "reason" in line else ["service"]]
        assert line["service"] == "ingest"
        for metric in directive["Metrics"]:
            suffix = f"/{line['reason']}" if "reason" in line else ""
            total[metric["Name"] + suffix] += int(sum(line[metric["Name"]]))
    return total


COUNTS = (
    "RecordsReceived",
    "EventsReceived",
    "EventsFolded",
    "DuplicatesDropped",
    "FailedEvents",
    "SegmentsWritten",
    "SegmentsRefused",
    "WritesFailed",
)
ALL_GOOD: dict[str, Any] = {"batchItemFailures": []}


def test_plain_and_aggregated_events_are_counted_once_each(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    first = (1, an_aggregate(*(an_event(number) for number in range(20)))), (2, an_event(3)), (3, an_event(20))
    assert stack.invoke(*first) == ALL_GOOD
    assert stack.invoke((4, an_event(21)), (5, an_event(20))) == ALL_GOOD
    stack.start_anew()
    assert stack.invoke(*first) == ALL_GOOD
    assert stack.counted() == {
        "hashtag": Counter(f"tag{number % 3}" for number in range(22)),
        "lang": {"und": 22},
        "platform": {"bluesky": 22},
        "kind": {"post": 22},
    }
    written = len(stack.segments())
    total = metrics(capsys.readouterr().out)
    assert {name: total[name] for name in COUNTS} == {
        "RecordsReceived": 8,
        "EventsReceived": 22 + 2 + 22,
        "EventsFolded": 22,
        "DuplicatesDropped": 1 + 1 + 22,
        "FailedEvents": 0,
        "SegmentsWritten": written,
        "SegmentsRefused": 0,
        "WritesFailed": 0,
    }
    assert total["WriteUnits"] >= written
    assert total["ReadUnits"] > 0
    assert total["ArrivalToLog"] > 0
    assert total["HottestKeyGroupShare"] > 0
    assert not [name for name in total if "/" in name]
    assert all(segment.expires == segment.address.pane + 10 + 9 * 86_400 for segment in stack.segments())


def test_bad_events_are_set_aside_with_their_reason_and_the_rest_counts(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = an_aggregate(an_event(1))[:-1] + b"\x00\x00"
    mixed = an_aggregate(an_event(2), b"{", an_event(3, kind="poke"), an_event(4))
    late = an_event(5, created_at="2026-11-14T09:30:10.499Z")
    early = an_event(6, created_at="2026-11-21T09:35:10.501Z")
    batch = (1, damaged), (2, mixed), (3, late), (4, early)
    for _ in range(2):
        assert stack.invoke(*batch) == ALL_GOOD
    assert stack.counted()["kind"] == {"post": 2}

    s3 = boto3.client("s3")
    assert len(s3.list_objects_v2(Bucket="failed-events")["Contents"]) == 1
    failed = {
        (event.sequence_number, event.sub_sequence_number): event for event in read_failed_events(s3, "failed-events")
    }
    assert {position: event.reason for position, event in failed.items()} == {
        ("1", 0): Reason.DAMAGED_AGGREGATE,
        ("2", 1): Reason.UNREADABLE,
        ("2", 2): Reason.INVALID,
        ("3", 0): Reason.TOO_LATE,
        ("4", 0): Reason.FUTURE,
    }
    assert failed["1", 0].data == damaged
    assert failed["3", 0].data == late
    assert [error.field for error in failed["2", 2].errors] == ["kind"]
    total = metrics(capsys.readouterr().out)
    assert {name: total[name] for name in total if name in COUNTS or "/" in name} == {
        "RecordsReceived": 8,
        "EventsReceived": 14,
        "EventsFolded": 2,
        "DuplicatesDropped": 2,
        "FailedEvents": 10,
        **{f"FailedEvents/{reason}": 2 for reason in Reason},
        "SegmentsWritten": len(stack.segments()),
    }


def test_a_batch_makes_one_log_line_that_shows_no_payload(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    stack.invoke((1, an_event(1)), (2, an_event(2, hashtags=[SECRET * 90])), (3, b"{" + SECRET.encode()))
    output = capsys.readouterr().out
    (line,) = (line for line in map(json.loads, output.splitlines()) if "_aws" not in line)
    assert line["level"] == "INFO"
    assert line["function_request_id"] == "request-1"
    assert (line["records"], line["folded"], line["failed"]) == (3, 1, {"invalid": 1, "unreadable": 1})
    assert line["events"] == 3
    assert line["write_units"] > 0
    assert line["hottest_key_group"].endswith("/8")
    assert SECRET not in output
    assert "author" not in output


def test_two_functions_that_do_not_know_of_each_other_meet_in_the_log(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    def at_one_address(*numbers: int) -> tuple[int, bytes]:
        made = (an_event(n, author="ada", created_at="2026-11-21T09:30:00Z") for n in numbers)
        return 1, an_aggregate(*made)

    stack.invoke(at_one_address(1))
    one = stack.function.ingest()
    stack.start_anew()
    stack.invoke(at_one_address(2))
    result = one.process(_as_event(at_one_address(2, 3)), lambda: 60.0)
    assert (result.refused, result.segments, result.tally) == (1, 1, (1, 1, {}))
    assert [segment.number for segment in stack.segments()] == [0, 1, 2]
    assert stack.counted()["kind"] == {"post": 3}
    capsys.readouterr()


def _as_event(record: tuple[int, bytes]) -> dict[str, Any]:
    sequence, data = record
    kinesis = {
        "partitionKey": "key",
        "sequenceNumber": str(sequence),
        "data": b64encode(data).decode(),
        "approximateArrivalTimestamp": ARRIVED,
    }
    return {"Records": [{"kinesis": kinesis, "eventID": "shard:1", "eventSourceARN": "arn"}]}


def test_a_put_whose_answer_is_lost_is_repeated_by_the_sdk_and_counts_once(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[int] = []

    def lose_first_answer(event_name: str, request: AWSPreparedRequest, **_rest: object) -> AWSResponse:
        answer = botocore_stubber(event_name, request)
        assert answer is not None
        calls.append(answer.status_code)
        if len(calls) == 1:
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    def unreliable_client() -> "DynamoDBClient":
        client = boto3.client("dynamodb", config=CALL_CONFIG)
        client.meta.events.register_first(
            "before-send.dynamodb.PutItem",
            lose_first_answer,  # type: ignore[arg-type]  # the stubs forget that a handler may answer
        )
        return client

    monkeypatch.setattr(stack.function, "dynamodb_client", unreliable_client)
    assert stack.invoke((1, an_event(1))) == ALL_GOOD
    assert calls == [200, 400]  # carried out, then refused by the function's own segment
    total = metrics(capsys.readouterr().out)
    assert (total["EventsFolded"], total["DuplicatesDropped"], total["SegmentsRefused"]) == (1, 0, 0)
    assert stack.counted()["kind"] == {"post": 1}


def test_without_its_table_the_function_asks_for_the_batch_again_from_the_first_event(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.dynamodb.delete_table(TableName="pane-log")
    answer = stack.invoke((9, b"{"), (10, an_event(1)), (11, an_event(2)))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "10"}]}
    output = capsys.readouterr().out
    (line,) = (line for line in map(json.loads, output.splitlines()) if "_aws" not in line)
    assert (line["level"], line["errors"]) == ("WARNING", {"ResourceNotFoundException": 2})
    assert metrics(output)["FailedEvents"] == 1


def test_without_its_bucket_the_function_asks_for_bad_records_again(stack: Stack) -> None:
    boto3.client("s3").delete_bucket(Bucket="failed-events")
    assert stack.invoke((9, an_event(1)), (10, b"{")) == {"batchItemFailures": [{"itemIdentifier": "10"}]}
    assert stack.counted()["kind"] == {"post": 1}


def test_a_missing_setting_is_named(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOG_TABLE")
    with pytest.raises(SettingsError, match="LOG_TABLE is not set"):
        stack.invoke((1, an_event(1)))


def test_what_is_unforeseen_fails_the_batch_and_is_logged(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(KeyError):
        stack.function.handler({"Records": [{}]}, Context("ingest"))
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["level"], line["records"]) == ("ERROR", 1)
