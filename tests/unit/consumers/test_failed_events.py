"""Failed events keep everything that a redrive needs, once, under a name that a repetition writes again."""

import io
import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.response import StreamingBody
from hypothesis import given
from hypothesis import strategies as st

from consumers.failed_events import (
    FailedEvent,
    FailedEventError,
    FailedEventStore,
    FieldError,
    LaterSink,
    Reason,
    object_key,
)
from consumers.redrive.survey import read_failed_events

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

NINE_THIRTY = 1_795_253_400_000


class FakeBucket:
    """What S3's client does with one bucket, two keys on a page."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def client(self) -> "S3Client":
        return cast("S3Client", self)

    def put_object(self, **request: Any) -> None:  # noqa: ANN401 - boto3's request
        assert request["Bucket"] == "failed"
        self.objects[request["Key"]] = request["Body"]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803, ARG002 - boto3's names
        return {"Body": StreamingBody(io.BytesIO(self.objects[Key]), len(self.objects[Key]))}

    def get_paginator(self, name: str) -> "FakeBucket":
        assert name == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803, ARG002 - boto3's names
        keys = [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]
        return [{"Contents": keys[start : start + 2]} for start in range(0, len(keys), 2)] or [{}]


def a_failed_event(**changes: object) -> FailedEvent:
    fields: dict[str, Any] = {
        "reason": Reason.INVALID,
        "errors": (FieldError("kind", "Field required"),),
        "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/events",
        "shard_id": "shardId-000000000001",
        "sequence_number": "4959",
        "sub_sequence_number": 3,
        "arrived_ms": NINE_THIRTY + 123,
        "partition_key": "ada",
        "data": b"\x00\xff raw",
    }
    return FailedEvent(**{**fields, **changes})


some_failed_events = st.builds(
    a_failed_event,
    reason=st.sampled_from(Reason),
    errors=st.lists(st.builds(FieldError, st.text(), st.text()), max_size=3).map(tuple),
    shard_id=st.sampled_from(["shardId-000000000001", "shardId-000000000002"]),
    sequence_number=st.integers(0, 10**56).map(str),
    sub_sequence_number=st.integers(0, 1000),
    arrived_ms=st.integers(0, 4 * 10**12),
    partition_key=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    data=st.binary(max_size=50),
)


@given(some_failed_events)
def test_a_failed_event_survives_its_line(event: FailedEvent) -> None:
    line = event.to_json()
    assert b"\n" not in line
    assert FailedEvent.from_json(line) == event


def test_the_line_is_as_documented() -> None:
    assert json.loads(a_failed_event().to_json()) == {
        "reason": "invalid",
        "errors": [{"field": "kind", "message": "Field required"}],
        "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/events",
        "shard_id": "shardId-000000000001",
        "sequence_number": "4959",
        "sub_sequence_number": 3,
        "arrived_at": "2026-11-21T09:30:00.123+00:00",
        "partition_key": "ada",
        "data": "AP8gcmF3",
    }


@given(
    st.lists(
        # Of the length that Kinesis's have, and each of a record of its own: batches are cut between records.
        st.tuples(some_failed_events, st.integers(10**55, 10**56 - 1)).map(
            lambda drawn: drawn[0]._replace(sequence_number=str(drawn[1]))
        ),
        max_size=8,
        unique_by=lambda event: event.sequence_number,
    )
)
def test_what_was_written_is_read_once_however_often_and_however_cut(events: list[FailedEvent]) -> None:
    bucket = FakeBucket()
    store = FailedEventStore(bucket.client(), "failed")
    store.write(events)
    names = set(bucket.objects)
    store.write(reversed(events))
    assert set(bucket.objects) == names
    store.write(events[len(events) // 2 :])
    read = list(read_failed_events(bucket.client(), "failed"))
    assert sorted(read) == sorted(events)


def test_a_sink_is_made_once_and_not_before_it_is_needed() -> None:
    bucket = FakeBucket()
    made: list[FailedEventStore] = []

    def make() -> FailedEventStore:
        made.append(FailedEventStore(bucket.client(), "failed"))
        return made[-1]

    sink = LaterSink(make)
    assert not made
    for sequence in (1, 2):
        sink.write([a_failed_event(sequence_number=str(sequence))])
    assert len(made) == 1
    assert len(bucket.objects) == 2


def test_an_object_holds_one_shard_and_one_day() -> None:
    bucket = FakeBucket()
    FailedEventStore(bucket.client(), "failed").write(
        [
            a_failed_event(sequence_number="10", sub_sequence_number=1),
            a_failed_event(sequence_number="9", sub_sequence_number=0),
            a_failed_event(shard_id="shardId-000000000002"),
            a_failed_event(arrived_ms=NINE_THIRTY + 86_400_000),
        ]
    )
    day, shard = "2026-11-21", "shardId-000000000001"
    assert [key.rpartition("_")[0] for key in sorted(bucket.objects)] == [
        f"failed-events/{day}/{shard}/9.0_10.1",
        f"failed-events/{day}/shardId-000000000002/4959.3_4959.3",
        f"failed-events/2026-11-22/{shard}/4959.3_4959.3",
    ]


def test_other_positions_give_another_key() -> None:
    first, middle, last = (a_failed_event(sequence_number=number) for number in ("1", "2", "3"))
    assert object_key([first, last]) != object_key([first, middle, last])


WRONG: dict[str, list[object]] = {
    "reason": ["bored", 5, [], None],
    "errors": [None, 5, {}, "text", {"field": "kind"}, [[]], [{"field": 1, "message": "a"}], [{"field": "a"}]],
    "stream_arn": [None, [], 5],
    "shard_id": [None, [], 5],
    "sequence_number": [None, "", "abc", 5, "9" * 5000, 1e999, [1], "-1", " 7", "\u0667"],
    "sub_sequence_number": [None, "x", [], -1, True, 1.5],
    "arrived_at": [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-22T00:00:00",
        "yesterday",
        5,
    ],
    "partition_key": [None, 5, []],
    "data": [None, 5, "*", "\u00e9"],
}


@pytest.mark.parametrize(
    "changes",
    [pytest.param({name: value}, id=f"{name} {str(value)[:20]}") for name, values in WRONG.items() for value in values],
)
def test_a_line_with_a_wrong_field_is_no_failed_event(changes: dict[str, object]) -> None:
    line = json.dumps(json.loads(a_failed_event().to_json()) | changes).encode()
    with pytest.raises(FailedEventError):
        FailedEvent.from_json(line)


@pytest.mark.parametrize("line", [b"", b"[]", b"5", b"{}", b"\xff", b"[" * 100_000])
def test_other_lines_are_no_failed_events(line: bytes) -> None:
    with pytest.raises(FailedEventError):
        FailedEvent.from_json(line)


def test_a_line_that_is_no_failed_event_is_named() -> None:
    bucket = FakeBucket()
    bucket.objects["failed-events/odd.jsonl"] = a_failed_event().to_json() + b"\n{}\n"
    with pytest.raises(ValueError, match=r"failed-events/odd\.jsonl, line 2"):
        list(read_failed_events(bucket.client(), "failed"))
