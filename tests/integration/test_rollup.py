"""The real rollup and sweep handlers against moto's DynamoDB and its streams, in this process."""

import json
import random
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from moto import mock_aws
from moto.core.models import botocore_stubber

from consumers import counts as counting
from consumers.counts import Counts
from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment
from consumers.rollup.environment import environment
from consumers.schedule import DAY, HOUR, MINUTE, Address, Schedule
from consumers.tables import Level
from consumers.trends.state import LevelsState, Mark
from consumers.trends.table import TrendsTable
from consumers.variables import SettingsError
from tests.integration import lambda_surroundings
from tests.integration.lambda_surroundings import SCHEDULE, Context, load_handler
from tests.integration.tables import PANE_LOG, TRENDS, WITH_STREAM

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodbstreams import DynamoDBStreamsClient

BUCKETS = 5
SETTINGS = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "TRENDS_TABLE": "trends",
    **lambda_surroundings.SETTINGS,
}


@dataclass
class Stack:
    """Both tables, and the functions, which can be started anew."""

    dynamodb: "DynamoDBClient"
    streams: "DynamoDBStreamsClient"
    rollup: ModuleType
    sweep: ModuleType
    schedule: Schedule
    trends: TrendsTable
    read: int = 0
    """Records of the log's stream that were taken by `new_records`."""

    def append(self, *items: Segment) -> None:
        for segment in items:
            self.dynamodb.put_item(TableName="pane-log", Item=segments.encode(segment))

    def new_records(self) -> list[dict[str, Any]]:
        """Return what the log's stream got since the last call, as Lambda sends it."""
        (stream,) = self.streams.list_streams(TableName="pane-log")["Streams"]
        description = self.streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
        iterator = self.streams.get_shard_iterator(
            StreamArn=stream["StreamArn"],
            ShardId=description["Shards"][0]["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]
        records = self.streams.get_records(ShardIterator=iterator)["Records"]
        new, self.read = records[self.read :], len(records)
        return cast(list[dict[str, Any]], new)

    def invoke(self, records: list[dict[str, Any]]) -> dict[str, Any]:
        # Lambda passes JSON: what doesn't survive it must not be relied on.
        event = json.loads(json.dumps({"Records": records}, default=as_json))
        return dict(json.loads(json.dumps(self.rollup.handler(event, Context("rollup")))))

    def run_sweep(self) -> None:
        self.sweep.handler({"source": "aws.events"}, Context("sweep"))

    def start_anew(self) -> None:
        """Forget everything, as new execution environments have."""
        environment.cache_clear()
        self.sweep.sweep.cache_clear()

    def counted(self, level: Level, start: int) -> Counts:
        total = counting.empty()
        for bucket in range(BUCKETS):
            item = self.trends.get(level, start, bucket)
            if item is not None:
                counting.add(total, item.counts)
        return total


def as_json(value: object) -> object:
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        dynamodb.create_table(TableName="pane-log", **PANE_LOG, **WITH_STREAM)
        dynamodb.create_table(TableName="trends", **TRENDS)
        made = Stack(
            dynamodb,
            # Moto does not know the endpoints with an account that the SDK would otherwise prefer.
            boto3.client("dynamodbstreams", config=Config(account_id_endpoint_mode="disabled")),
            load_handler("rollup", monkeypatch),
            load_handler("sweep", monkeypatch),
            Schedule.parse(SCHEDULE),
            TrendsTable(dynamodb, "trends"),
        )
        made.start_anew()
        yield made
        made.start_anew()


NOW = int(time.time())
THIS_MINUTE = NOW - NOW % MINUTE


def a_segment(address: Address, number: int, *hashtags: str) -> Segment:
    return Segment(
        address=address,
        number=number,
        fingerprints=bytes(8),
        counts={"hashtag": dict.fromkeys(hashtags, 1), "lang": {"en": 1}, "platform": {"x": 1}, "kind": {"post": 1}},
        nonce=b"12345678",
        arrived_ms=NOW * 1_000 - 1_000_000,
        expires=NOW + 15 * DAY,
    )


def an_address(stack: Stack, minute: int = THIS_MINUTE, author: str = "ada") -> Address:
    return stack.schedule.address(minute, author)


def metrics_in(output: str, service: str) -> Counter[str]:
    found = Counter[str]()
    for line in output.splitlines():
        entry = json.loads(line)
        if "_aws" in entry and entry["service"] == service:
            for metric in entry["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                found[metric["Name"]] += int(sum(entry[metric["Name"]]))
    return found


def test_segments_become_trends_and_metrics(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    address = an_address(stack)
    stack.append(a_segment(address, 0, "rivers"), a_segment(address, 1, "rivers", "lakes"))
    records = stack.new_records()
    assert stack.invoke(records) == {"batchItemFailures": []}
    assert stack.invoke(records) == {"batchItemFailures": []}
    assert stack.counted(Level.MINUTE, THIS_MINUTE) == {
        "hashtag": {"rivers": 2, "lakes": 1},
        "lang": {"en": 2},
        "platform": {"x": 2},
        "kind": {"post": 2},
    }
    output = capsys.readouterr().out
    found = metrics_in(output, "rollup")
    assert min(found.pop(name) for name in ("WriteUnits", "ReadUnits", "ArrivalToTrends", "EventToTrends")) > 0
    assert found == {
        "SegmentsReceived": 4,
        "SegmentsApplied": 2,
        "SegmentsRepeated": 2,
        "BucketsWritten": BUCKETS,
    }
    batches = [entry for line in output.splitlines() if (entry := json.loads(line)).get("message") == "batch"]
    assert [(batch["level"], batch["applied"], batch["errors"]) for batch in batches] == [
        ("INFO", 2, []),
        ("INFO", 0, []),
    ]
    state = stack.trends.state()
    assert state is not None
    assert state.newest_arrival_ms == NOW * 1_000 - 1_000_000


def test_removals_change_nothing(stack: Stack) -> None:
    address = an_address(stack)
    stack.append(a_segment(address, 0, "rivers"))
    stack.invoke(stack.new_records())
    before = stack.counted(Level.MINUTE, THIS_MINUTE)
    stack.dynamodb.delete_item(TableName="pane-log", Key={"address": {"S": address.key}, "segment": {"N": "0"}})
    records = stack.new_records()
    assert [record["eventName"] for record in records] == ["REMOVE"]
    assert stack.invoke(records) == {"batchItemFailures": []}
    assert stack.counted(Level.MINUTE, THIS_MINUTE) == before


def segments_of(stack: Stack, minutes: list[int], chance: random.Random) -> list[Segment]:
    addresses = {an_address(stack, minute, author) for minute in minutes for author in ("ada", "ben", "cleo")}
    return [
        a_segment(address, number, *chance.choices("abcdefghij", k=number % 3))
        for address in sorted(addresses)
        for number in range(3)
    ]


def counted_plainly(made: list[Segment], level: Level) -> dict[int, Counts]:
    found: dict[int, dict[str, Counter[str]]] = {}
    for segment in made:
        of_start = found.setdefault(level.floor(segment.address.pane), {})
        for dimension, values in segment.counts.items():
            of_start.setdefault(dimension, Counter()).update(values)
    return {start: {name: dict(values) for name, values in counts.items()} for start, counts in found.items()}


def test_batches_repeated_reordered_and_lost_end_exact(stack: Stack) -> None:
    chance = random.Random(7)
    long_ago = THIS_MINUTE - 3 * DAY
    made = segments_of(stack, [long_ago, long_ago - 60, long_ago - 2 * HOUR], chance)
    stack.append(*made)
    records = stack.new_records()
    brought = [record for record in records if chance.random() < 0.8] * 2
    chance.shuffle(brought)
    for at in range(0, len(brought), 4):
        if chance.random() < 0.3:
            stack.start_anew()
        assert stack.invoke(brought[at : at + 4]) == {"batchItemFailures": []}
    stack.trends.save_sweep_cursor(Level.HOUR.floor(long_ago))
    stack.run_sweep()
    for level in Level:
        for start, counted in counted_plainly(made, level).items():
            assert stack.counted(level, start) == counted


def test_a_late_segment_corrects_hour_and_day(stack: Stack) -> None:
    late = THIS_MINUTE - 3 * DAY
    for number in range(2):
        stack.append(a_segment(an_address(stack, late), number, "rivers"))
        stack.invoke(stack.new_records())
        for level in Level:
            assert stack.counted(level, level.floor(late))["hashtag"] == {"rivers": number + 1}


def test_a_segment_of_a_newer_format_is_reported_and_the_rest_is_applied(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.append(
        a_segment(an_address(stack, author="ada"), 0, "rivers"),
        a_segment(an_address(stack, author="cleo"), 0, "lakes"),
    )
    records = stack.new_records()
    for record in records:
        record["dynamodb"]["SequenceNumber"] = "1" + record["dynamodb"]["SequenceNumber"]
    newer = json.loads(json.dumps(records[0], default=as_json))
    newer["dynamodb"]["NewImage"]["v"]["N"] = "2"
    newer["dynamodb"]["SequenceNumber"] = "99"
    assert stack.invoke([*records, newer]) == {"batchItemFailures": [{"itemIdentifier": "99"}]}
    assert stack.counted(Level.MINUTE, THIS_MINUTE)["hashtag"] == {"rivers": 1, "lakes": 1}
    (batch,) = [
        entry for line in capsys.readouterr().out.splitlines() if (entry := json.loads(line)).get("message") == "batch"
    ]
    assert (batch["level"], batch["failed"]) == ("WARNING", 1)
    assert "format version 2" in batch["errors"][0]


class LosesAnswers:
    """Loses DynamoDB's answer to every n-th write; moto has carried it out."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._writes = 0

    def __call__(self, request: "AWSPreparedRequest", **_: object) -> "AWSResponse | None":
        answer = botocore_stubber(event_name="", request=request)
        if b"PutItem" in request.headers.get("X-Amz-Target", b""):
            self._writes += 1
            if self._writes % self._every == 0:
                raise ReadTimeoutError(endpoint_url=request.url)
        return answer


def test_lost_answers_change_no_count(stack: Stack) -> None:
    client = environment().client
    client.meta.events.register_first(
        "before-send.dynamodb.PutItem",
        LosesAnswers(every=3),  # type: ignore[arg-type]  # the stubs forget that a handler may answer
    )
    address = an_address(stack)
    for number in range(4):
        stack.append(a_segment(address, number, "rivers"))
        assert stack.invoke(stack.new_records()) == {"batchItemFailures": []}
    assert stack.counted(Level.MINUTE, THIS_MINUTE)["hashtag"] == {"rivers": 4}


def test_the_sweep_repairs_what_the_stream_lost(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    just_now = int(time.time()) // MINUTE * MINUTE  # not when the file was read, which may be long ago
    long_ago = just_now - 20 * MINUTE
    stack.append(
        a_segment(an_address(stack, just_now), 0, "rivers"), a_segment(an_address(stack, long_ago), 0, "lakes")
    )
    stack.run_sweep()
    assert stack.counted(Level.MINUTE, just_now)["hashtag"] == {"rivers": 1}
    assert stack.counted(Level.MINUTE, long_ago)["hashtag"] == {"lakes": 1}
    swept = metrics_in(capsys.readouterr().out, "sweep")
    assert (swept["SegmentsRepaired"], swept["ChecksFailed"]) == (1, 0)  # the other one rollup may yet get
    assert swept["AddressesChecked"] == (36 + 5 * 60) * 48
    assert min(swept["ReadUnits"], swept["WriteUnits"]) > 0
    stack.run_sweep()
    assert metrics_in(capsys.readouterr().out, "sweep")["SegmentsRepaired"] == 0


def test_hours_that_are_over_are_closed(stack: Stack) -> None:
    hour = NOW - NOW % HOUR
    stack.append(a_segment(an_address(stack, hour - 2 * HOUR), 0, "rivers"))
    before = hour - 3 * HOUR
    stack.trends.create_state(LevelsState(before, before, before - before % DAY, before - before % DAY))
    stack.invoke(stack.new_records())
    stack.run_sweep()
    state = stack.trends.state()
    assert state is not None
    assert state.closed >= hour - HOUR
    assert stack.counted(Level.HOUR, hour - 2 * HOUR)["hashtag"] == {"rivers": 1}
    assert not stack.trends.raise_mark(Mark.HOUR_CLOSING, state.closed)


@pytest.mark.filterwarnings("ignore:No application metrics to publish")
def test_a_missing_setting_is_named_and_nothing_is_acknowledged(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TRENDS_TABLE")
    with pytest.raises(SettingsError, match="TRENDS_TABLE is not set"):
        stack.invoke([])
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["exception_name"] == "SettingsError"
