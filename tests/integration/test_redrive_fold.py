"""Folding discarded batches against moto: each event counts once, whatever ingest had counted of it before."""

import json
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest

from consumers.failed_events import Reason
from consumers.redrive.__main__ import main
from consumers.redrive.bucket import Bucket
from tests.integration.aggregates import an_aggregate
from tests.integration.lambda_surroundings import Context
from tests.integration.redrive_stack import (
    ARRIVED,
    DISCARDED_KEY,
    Stack,
    a_batch,
    a_discarded_batch,
    an_event,
    open_stack,
)


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Stack]:
    with open_stack(monkeypatch, capsys) as opened:
        yield opened


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


def test_help_offers_no_event_of_a_batch(stack: Stack) -> None:
    stack.set_arguments(["redrive", "fold", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert "POSITION" not in stack.capture.readouterr().out
