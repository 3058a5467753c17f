"""Redrive against moto, with the real ingest handler on both sides: what ends in the log is what a Counter says."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import boto3
import pytest

from consumers.failed_events import FailedEvent
from consumers.redrive.bucket import Bucket
from consumers.redrive.request import RequestError
from consumers.redrive.selection import place
from tests.integration.aggregates import an_aggregate
from tests.integration.lambda_surroundings import Context
from tests.integration.redrive_stack import ARRIVED, TEMPLATE, Stack, a_batch, an_event, at, damaged, open_stack


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Stack]:
    with open_stack(monkeypatch, capsys) as opened:
        yield opened


SALVAGING = f"""
import json

def salvage(payload):
    if payload == b"{{":
        return {{"kind": "like", "platform": "x", "author": "y", "created_at": "{at()}"}}
    without_checksum = payload[:-16]  # whose bytes may be braces too
    return [json.loads(b"{{" + part[:part.index(b"}}") + 1]) for part in without_checksum.split(b"{{")[1:]]
"""


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
    status, _, errors = stack.command("list", "--stack", "other")
    assert status == 2
    assert "it has no FailedEventsBucket, PaneLogTable, DedupDays, StreamRetentionHours, Schedule" in errors


def test_an_endpoint_that_is_no_url_is_wrong_usage(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "garbage")
    status, _, errors = stack.command("list")
    assert (status, errors.count("\n")) == (2, 1)
    assert "Invalid endpoint: garbage" in errors
    assert "AWS_ENDPOINT_URL" in errors


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
        (["list", "--region", "bad region"], "'bad region' doesn't match a supported format"),
        (["list", "--stack", "other"], "there is no stack 'other'"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(stack: Stack, arguments: list[str], message: str) -> None:
    status, output, errors = stack.command(*arguments)
    assert (status, output) == (2, [])
    assert message in errors
    assert errors.count("\n") == 1
