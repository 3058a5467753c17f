"""Rebuild against moto: tables made from the archive answer what the live ones do."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from consumers import counts as counting
from consumers.archive.bucket import ArchiveBucket
from consumers.pane_log import segment as segments
from consumers.rebuild.journal import Journal
from consumers.trends.hidden import HideList
from consumers.trends.table import TrendsTable
from tests.integration.aggregates import an_aggregate
from tests.integration.archived_stack import ArchivedStack, a_batch, archived_stack, trends
from tests.integration.lambda_surroundings import SHARD

# Late on the day before: its hours and the day itself are over, whatever the time is now.
FIRST = datetime.now(UTC).replace(hour=22, minute=7, second=0, microsecond=0) - timedelta(days=1)
SPAN = ("--from", (FIRST - timedelta(hours=1)).isoformat(), "--to", (FIRST + timedelta(hours=6)).isoformat())
OTHER_SHARD = "shardId-000000000001"


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[ArchivedStack]:
    with archived_stack(monkeypatch, capsys) as started:
        yield started


def an_event(number: int, at: datetime, **changes: object) -> bytes:
    fields = {
        "event_id": f"e{number}",
        "kind": "post",
        "platform": "bluesky",
        "author": f"author {number % 7}",
        "created_at": (at - timedelta(seconds=number % 40)).isoformat(),
        "hashtags": [f"tag{number % 3}"],
        "lang": "en",
    }
    return json.dumps({name: value for name, value in (fields | changes).items() if value is not None}).encode()


def live(stack: ArchivedStack, hours: int = 2) -> None:
    """Let some hours pass: plain and aggregated, repeated, late, without ids, and one of each that fails."""
    for hour in range(hours):
        at = FIRST + timedelta(hours=hour)
        base = 100 * hour
        good = [an_event(base + number, at) for number in range(6)]
        records = (
            (base + 1, an_aggregate(*good[:3])),
            (base + 2, good[3]),
            (base + 3, an_aggregate(good[0], b"{", an_event(base + 7, at, kind="shout"), good[4])),
            (base + 4, an_event(base + 8, at, event_id=None)),
            (base + 5, an_aggregate(an_event(base + 9, at, event_id=None), an_event(base + 10, at, event_id=None))),
            (base + 6, an_event(base + 11, at, created_at=(at + timedelta(minutes=20)).isoformat())),
            (base + 7, an_event(base + 12, at, created_at=(at - timedelta(days=8)).isoformat())),
            (base + 8, an_aggregate(good[5])[:-1] + b"!"),
            (base + 9, an_event(base + 13, at, created_at=(at - timedelta(hours=2)).isoformat())),
        )
        stack.arrive(*records[:5], arrived=at)
        stack.arrive(*records[3:], arrived=at)  # cut differently: two of them again
        stack.arrive((base + 1, good[1]), (base + 2, an_event(base + 20, at)), arrived=at, shard=OTHER_SHARD)
        stack.roll_up()


def same_answers(stack: ArchivedStack, prefix: str = "penstock-rebuilt") -> None:
    expected = trends(stack.names["TrendsTable"])
    assert trends(f"{prefix}-trends") == expected
    assert all(expected.values())
    assert logged(f"{prefix}-log") == logged(stack.names["PaneLogTable"])


def logged(table: str) -> dict[str, Any]:
    """Return the fingerprints and counts that a log has of each address."""
    found: dict[str, Any] = {}
    for item in boto3.client("dynamodb").scan(TableName=table)["Items"]:
        segment = segments.decode(item)
        marks, counts = found.setdefault(segment.address.key, (set[bytes](), counting.empty()))
        split = [segment.fingerprints[at : at + 8] for at in range(0, len(segment.fingerprints), 8)]
        assert not marks & set(split)
        marks |= set(split)
        counting.add(counts, segment.counts)
    return found


def test_rebuilt_tables_give_the_same_answers(stack: ArchivedStack) -> None:
    live(stack)
    boto3.client("s3").create_bucket(Bucket="failed-again")
    status, report, errors = stack.command("rebuild", *SPAN, "--failed-events", "failed-again")
    assert (status, errors) == (0, "")
    same_answers(stack)
    assert report["complete"] is True
    assert {(each.position, each.reason, each.data, each.arrived_ms) for each in stack.failed("failed-again")} == {
        (each.position, each.reason, each.data, each.arrived_ms) for each in stack.failed()
    }
    state = TrendsTable(boto3.client("dynamodb"), "penstock-rebuilt-trends").state()
    assert state is not None
    # Rollup goes on from now, not from the first hour that was rebuilt.
    now = datetime.now(UTC).timestamp()
    assert min(state.closed + 2 * 3600, (state.late_done or 0) + 600) > now
    assert report["failed"] == Counter(each.reason for each in stack.failed())
    counted = sum(len(marks) for marks, _ in logged("penstock-rebuilt-log").values())
    # Each hour: one event twice in an aggregate, one on another shard, three in the records that were archived twice.
    assert (report["counted"], report["duplicates"]) == (counted, 2 * 5)


def test_what_is_hidden_stays_hidden(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    client = boto3.client("dynamodb")
    own, rebuilt = (HideList(client, name) for name in (stack.names["TrendsTable"], "penstock-rebuilt-trends"))
    own.add("hashtag", ["tag0", "tag1"])
    assert stack.command("rebuild", *SPAN)[0] == 0
    assert rebuilt.read()["hashtag"] == {"tag0", "tag1"}
    own.remove("hashtag", ["tag0"])
    own.add("lang", ["en"])
    assert stack.command("rebuild", *SPAN, "--continue")[0] == 0
    assert rebuilt.read() == own.read()
    client.delete_table(TableName=stack.names["TrendsTable"])
    status, _, errors = stack.command("rebuild", *SPAN, "--continue")
    assert (status, "what was hidden in them is not known" in errors) == (0, True)
    assert rebuilt.read()["hashtag"] == {"tag1"}


def test_failed_events_are_only_counted_unless_a_bucket_is_named(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    before = stack.keys("FailedEventsBucket")
    stack.command("rebuild", *SPAN)
    assert stack.keys("FailedEventsBucket") == before


def test_tables_that_hold_something_are_refused_unless_it_is_continued(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    assert stack.command("rebuild", *SPAN, "--continue")[0] == 2
    assert stack.command("rebuild", *SPAN)[0] == 0
    status, _, errors = stack.command("rebuild", *SPAN)
    assert status == 2
    assert "hold a rebuild of what arrived from" in errors
    status, report, _ = stack.command("rebuild", *SPAN, "--continue")
    assert (status, report["objects_folded"], report["counted"]) == (0, 0, 0)
    assert report["objects_before"] == report["objects"]
    later = ("--from", FIRST.isoformat(), *SPAN[2:])
    status, _, errors = stack.command("rebuild", *later, "--continue")
    assert (status, "were begun otherwise (since was" in errors) == (2, True)

    boto3.client("dynamodb").put_item(
        TableName="penstock-rebuilt-log", Item={"address": {"S": "0+10#0/8"}, "segment": {"N": "0"}}
    )
    boto3.client("dynamodb").delete_item(
        TableName="penstock-rebuilt-trends", Key={"bucket": {"S": "rebuild"}, "start": {"S": "run"}}
    )
    status, _, errors = stack.command("rebuild", *SPAN, "--continue")
    assert (status, "hold something that is no rebuild" in errors) == (2, True)


@pytest.mark.parametrize("option", ["--archive", "--failed-events"])
@pytest.mark.parametrize("bucket", ["no-such-bucket", "no bucket!"])
def test_a_bucket_that_is_not_there_is_wrong_usage_before_anything_is_made(
    stack: ArchivedStack, option: str, bucket: str
) -> None:
    status, _, errors = stack.command("rebuild", *SPAN, option, bucket)
    assert (status, errors.count("\n")) == (2, 1)
    assert option in errors
    assert repr(bucket) in errors
    assert "penstock-rebuilt-log" not in boto3.client("dynamodb").list_tables()["TableNames"]


def test_tables_in_which_nothing_is_folded_can_be_begun_otherwise(stack: ArchivedStack) -> None:
    live(stack, hours=1)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with stack.monkeypatch.context() as patched:
        patched.setattr(ArchiveBucket, "hour", interrupt)
        assert stack.command("rebuild", "--from", FIRST.isoformat(), *SPAN[2:])[0] == 130
    assert stack.command("rebuild", *SPAN)[0] == 0
    same_answers(stack)


def test_going_on_is_advised_only_where_it_can_go_on(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    assert stack.command("rebuild", *SPAN)[0] == 0
    status, _, errors = stack.command("rebuild", "--from", FIRST.isoformat(), *SPAN[2:])
    assert (status, "were begun otherwise (since was" in errors, "--continue" in errors) == (2, True, False)


def test_what_no_table_can_be_called_is_wrong_usage(stack: ArchivedStack) -> None:
    for name in ("bad name!", 249 * "x"):
        status, _, errors = stack.command("rebuild", *SPAN, "--tables", name)
        assert (status, errors.count("\n")) == (2, 1)
        assert "no table can be called" in errors


def test_the_stacks_own_tables_are_never_filled(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    client = boto3.client("dynamodb")
    before = [client.scan(TableName=stack.names[name])["Items"] for name in ("PaneLogTable", "TrendsTable")]
    stack.monkeypatch.setattr("consumers.rebuild.tables.Names.of", lambda _: _own(stack))
    status, _, errors = stack.command("rebuild", *SPAN, "--continue")
    assert (status, "are the stack's own" in errors) == (2, True)
    assert before == [client.scan(TableName=stack.names[name])["Items"] for name in ("PaneLogTable", "TrendsTable")]


def _own(stack: ArchivedStack) -> Any:  # noqa: ANN401 - the tables' names
    from consumers.rebuild.tables import Names

    return Names(stack.names["PaneLogTable"], stack.names["TrendsTable"])


@pytest.mark.parametrize("seed", range(3))
def test_it_goes_on_wherever_it_was_interrupted(stack: ArchivedStack, seed: int) -> None:
    live(stack)
    chance = random.Random(seed)
    read, keep = ArchiveBucket.read, Journal.keep
    left = [chance.randrange(1, 8)]

    def until_interrupted(function: Any) -> Any:  # noqa: ANN401 - a method
        def called(*arguments: Any) -> Any:  # noqa: ANN401 - as above
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
            return function(*arguments)

        return called

    stack.monkeypatch.setattr(ArchiveBucket, "read", until_interrupted(read))
    stack.monkeypatch.setattr(Journal, "keep", until_interrupted(keep))
    stack.monkeypatch.setattr("consumers.rebuild.folding.EVENTS_AT_ONCE", 4)
    status, report, _ = stack.command("rebuild", *SPAN)
    assert (status, report["complete"]) == (130, False)
    for _ in range(50):
        left[0] = chance.randrange(2, 9)
        status, report, _ = stack.command("rebuild", *SPAN, "--continue")
        if status == 0:
            break
    assert report["complete"] is True
    same_answers(stack)


def test_a_later_end_takes_what_has_come_since(stack: ArchivedStack) -> None:
    live(stack)
    cut = FIRST + timedelta(minutes=30)
    stack.command("rebuild", *SPAN[:2], "--to", cut.isoformat())
    status, report, _ = stack.command("rebuild", *SPAN, "--continue", "--ready")
    assert (status, report["objects_before"] > 0) == (0, True)
    same_answers(stack)


def test_an_end_within_an_object_leaves_the_rest_for_later(stack: ArchivedStack) -> None:
    at = FIRST.replace(minute=0)
    batch = a_batch((1, an_event(1, at)), arrived=at)
    batch["Records"] += a_batch((2, an_event(2, at)), arrived=at + timedelta(minutes=5))["Records"]
    stack.functions["archive"].handler(batch, _context())
    _, report, _ = stack.command("rebuild", *SPAN[:2], "--to", (at + timedelta(minutes=1)).isoformat())
    assert report["counted"] == 1
    _, report, _ = stack.command("rebuild", *SPAN, "--continue")
    assert (report["counted"], report["duplicates"]) == (1, 1)


def test_what_lambda_gave_up_before_it_was_archived_counts_too(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    batch = a_batch((900, an_event(900, FIRST)), arrived=FIRST)
    assert stack.functions["ingest"].handler(batch, _context()) == {"batchItemFailures": []}
    stack.roll_up()
    document = {
        "requestContext": {"condition": "RecordAgeExceeded"},
        "KinesisBatchInfo": {
            "approximateArrivalOfFirstRecord": FIRST.isoformat(),
            "approximateArrivalOfLastRecord": FIRST.isoformat(),
        },
        "payload": json.dumps(batch),
    }
    key = f"aws/lambda/d5f1c0de-0000-4000-8000-000000000000/{SHARD}/2026/11/21/x"
    boto3.client("s3").put_object(Bucket=stack.names["ArchiveBucket"], Key=key, Body=json.dumps(document).encode())
    status, report, _ = stack.command("rebuild", *SPAN)
    assert (status, report["discarded_batches"]) == (0, 1)
    same_answers(stack)


def _context() -> Any:  # noqa: ANN401 - Lambda's
    from tests.integration.lambda_surroundings import Context

    return Context("ingest")


def test_what_is_damaged_is_named_and_holds_up_nothing(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    hour = FIRST.strftime("%Y-%m-%dT%H")
    boto3.client("s3").put_object(
        Bucket=stack.names["ArchiveBucket"], Key=f"records/{hour}/{SHARD}/0_0_x.jsonl.gz", Body=b"?"
    )
    status, report, errors = stack.command("rebuild", *SPAN)
    assert (status, report["not_readable"], report["complete"]) == (1, 1, True)
    assert f"records/{hour}/{SHARD}/0_0_x.jsonl.gz is no gzip of lines" in errors
    same_answers(stack)


def test_a_dry_run_makes_nothing(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    status, report, _ = stack.command("rebuild", *SPAN, "--dry-run")
    assert (status, report["objects"] > 0, report["counted"]) == (0, True, 0)
    tables = boto3.client("dynamodb").list_tables()["TableNames"]
    assert sorted(tables) == sorted([stack.names["PaneLogTable"], stack.names["TrendsTable"]])


def test_ready_tables_expire_and_are_protected_as_the_stacks_are(stack: ArchivedStack) -> None:
    live(stack, hours=1)
    client = boto3.client("dynamodb")
    client.update_continuous_backups(
        TableName=stack.names["TrendsTable"], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.update_table(TableName=stack.names["PaneLogTable"], DeletionProtectionEnabled=True)
    _, report, _ = stack.command("rebuild", *SPAN)
    expiry = client.describe_time_to_live(TableName="penstock-rebuilt-log")["TimeToLiveDescription"]
    # Not before the last run: segments of long ago would be gone before the next run needs their fingerprints.
    assert expiry["TimeToLiveStatus"] == "DISABLED"
    for _ in range(2):
        assert stack.command("rebuild", *SPAN, "--continue", "--ready")[0] == 0
    for name in ("penstock-rebuilt-log", "penstock-rebuilt-trends"):
        expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "x")
    backups = client.describe_continuous_backups(TableName="penstock-rebuilt-trends")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    log = client.describe_table(TableName="penstock-rebuilt-log")["Table"]
    assert log["DeletionProtectionEnabled"] is True
    assert log["StreamSpecification"]["StreamViewType"] == "NEW_IMAGE"
    assert report["log_stream_arn"] == log["LatestStreamArn"]
    trends = client.describe_table(TableName="penstock-rebuilt-trends")["Table"]
    assert trends["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    assert report["trends_stream_arn"] == trends["LatestStreamArn"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "yesterday", "--to", "2026-11-21"),
        ("--from", "2026-11-21", "--to", "2026-11-21"),
        ("--from", "2026-11-21T09:00", "--to", "2026-11-22"),
        ("--from", "2026-11-21"),
        ("--from", "2026-11-20", "--to", "2026-11-21", "--stack", "other"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(stack: ArchivedStack, arguments: tuple[str, ...]) -> None:
    status, _, errors = stack.command("rebuild", *arguments)
    assert (status, errors.count("\n")) == (2, 1)
    assert errors.startswith("error: ")
