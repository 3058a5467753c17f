"""A payload is judged by its content and its arrival alone, and the verdict shows none of its text."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.failed_events import FailedEvent, Reason
from consumers.ingest.decode import decode
from consumers.ingest.validate import MAX_FIELD_ERRORS, validate
from consumers.pane_log.fold import ValidEvent, fingerprint
from consumers.schedule import DAY
from tests.unit.consumers.ingest.batches import ARRIVED, SHARD, Put, a_batch, an_aggregate

SECRET = "s3cr3t-of-ada"  # noqa: S105 - stands for an author's text
HORIZON = 7 * DAY
GOOD: dict[str, Any] = {
    "event_id": "1",
    "kind": "post",
    "platform": "bluesky",
    "author": "ada",
    "created_at": "2026-11-21T09:30:00Z",
}


def judge(*puts: Put) -> tuple[list[ValidEvent], list[FailedEvent]]:
    deliveries, _ = decode(a_batch(*puts))
    return validate(deliveries, HORIZON)


def payload(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


def created(seconds_before_arrival: float) -> bytes:
    when = datetime.fromtimestamp(ARRIVED, UTC) - timedelta(seconds=seconds_before_arrival)
    return payload(created_at=when.isoformat())


def test_a_good_event_is_valid_and_knows_its_arrival() -> None:
    ((valid,), failed) = judge(Put(7, payload(hashtags=["#Rivers"])))
    assert failed == []
    assert valid.hashtags == ["rivers"]
    assert (valid.created, valid.arrived_ms, valid.sequence) == (ARRIVED - 10.5, 1_795_253_410_500, 7)


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (-301, Reason.FUTURE),
        (-300.001, Reason.FUTURE),
        (-300, None),
        (0, None),
        (HORIZON, None),
        (HORIZON + 0.001, Reason.TOO_LATE),
        (HORIZON * 40, Reason.TOO_LATE),
    ],
)
def test_time_rules_compare_event_time_with_arrival(age: float, reason: Reason | None) -> None:
    valid, failed = judge(Put(1, created(age)))
    assert [event.reason for event in failed] == ([reason] if reason else [])
    assert len(valid) == (0 if reason else 1)
    assert all(error.field == "created_at" for event in failed for error in event.errors)


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_times_at_the_ends_of_the_calendar_are_judged_like_others(time: str) -> None:
    valid, (failed,) = judge(Put(1, payload(created_at=time)))
    assert valid == []
    assert failed.reason in {Reason.FUTURE, Reason.TOO_LATE}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"text"',
        b"17",
        b"NaN",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 10_000,
        b'{"author":"\\ud800"}',
        b'{"author":"\xc3\x28"}',
        payload().decode().encode("utf-16"),
    ],
)
def test_what_is_no_json_object_is_unreadable(data: bytes) -> None:
    valid, (failed,) = judge(Put(1, data))
    assert valid == []
    assert failed.reason is Reason.UNREADABLE
    assert failed.data == data


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "poke"}, "kind"),
        ({"event_id": ""}, "event_id"),
        ({"event_id": None}, "event_id"),
        ({"author": None}, "author"),
        ({"created_at": 1_763_717_400}, "created_at"),
        ({"created_at": "2026-11-21T09:30:00"}, "created_at"),
        ({"hashtags": ["ok", 5]}, "hashtags.1"),
        ({"platform": "Bluesky!"}, "platform"),
    ],
)
def test_a_broken_rule_is_named_with_its_field(changes: dict[str, object], field: str) -> None:
    _, (failed,) = judge(Put(1, payload(**changes)))
    assert failed.reason is Reason.INVALID
    assert field in [error.field for error in failed.errors]


def test_errors_hold_nothing_of_the_payload() -> None:
    wrong = payload(**{name: [SECRET] for name in GOOD}, lang=SECRET * 9, text=[SECRET], hashtags=[SECRET * 90])
    for data in (wrong, wrong[:-1], f'"{SECRET}"'.encode(), payload(created_at=f"2026-{SECRET}")):
        _, (failed,) = judge(Put(1, data))
        assert failed.errors
        assert SECRET not in str(failed.errors)


def test_the_number_of_errors_is_bounded() -> None:
    _, (failed,) = judge(Put(1, payload(hashtags=[1] * 64)))
    assert len(failed.errors) == MAX_FIELD_ERRORS


@given(st.binary(max_size=300))
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    valid, failed = judge(Put(1, b"{" + data))
    assert len(valid) + len(failed) == 1


def without_id(**changes: object) -> bytes:
    fields = GOOD | changes
    del fields["event_id"]
    return json.dumps(fields).encode()


def test_an_event_without_an_id_gets_one_from_its_place_in_the_stream() -> None:
    aggregate = an_aggregate(("a", without_id()), ("a", without_id()))
    puts = Put(7, aggregate), Put(8, without_id())
    once, again = judge(*puts)[0], judge(*puts)[0]
    assert [valid.event_id for valid in once] == [f"{SHARD}:7:0", f"{SHARD}:7:1", f"{SHARD}:8:0"]
    assert [fingerprint(valid) for valid in once] == [fingerprint(valid) for valid in again]
