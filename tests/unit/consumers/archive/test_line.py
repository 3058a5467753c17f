"""A line of the archive gives back what ingest got, whatever the payload."""

import pytest
from aws_kinesis_agg.aggregator import RecordAggregator
from hypothesis import given
from hypothesis import strategies as st

from consumers.archive.line import Archived, ArchivedLineError, archived
from consumers.failed_events import FailedEvent, Reason
from consumers.ingest.decode import Delivery, Record, unpack

ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/events"
RECORD = Record(ARN, "shardId-000000000003", "4959", 4959, 1_795_253_410_123)


def lines_of(data: bytes) -> list[Archived]:
    """Return what the archive keeps of a record with that data."""
    return list(archived(unpack(Delivery(RECORD, "key", (data,)))))


def an_aggregate(*payloads: bytes) -> bytes:
    aggregator = RecordAggregator()
    for number, payload in enumerate(payloads):
        aggregator.add_user_record(f"key {number}", payload)
    _, _, data = aggregator.clear_and_get().get_contents()
    return bytes(data)


lines = st.builds(
    Archived,
    st.builds(
        lambda shard, sequence, arrived: Record(ARN, shard, str(sequence), sequence, arrived),
        st.text(max_size=20),
        st.integers(0, 10**56),
        st.integers(0, 4_000_000_000_000),
    ),
    st.none() | st.integers(0, 10**6),
    st.text(max_size=20) | st.just("\ud800"),
    st.binary(max_size=60) | st.text(max_size=60).map(str.encode),
)


@given(lines)
def test_what_is_written_is_read_back_to_the_byte(line: Archived) -> None:
    written = line.to_json()
    assert b"\n" not in written
    assert Archived.from_json(written) == line


def test_an_aggregate_becomes_its_parts_with_their_places_and_keys() -> None:
    first, second = lines_of(an_aggregate(b'{"a":1}', b"\xff\x00"))
    assert (first.sub_sequence_number, second.sub_sequence_number) == (0, 1)
    assert (first.partition_key, second.partition_key) == ("key 0", "key 1")
    assert [first.data, second.data] == [b'{"a":1}', b"\xff\x00"]
    assert second.delivery() == Delivery(RECORD, "key 1", (b"\xff\x00",), first=1)


def test_a_plain_record_stays_whole() -> None:
    (line,) = lines_of(b'{"a":1}')
    assert line == Archived(RECORD, None, "key", b'{"a":1}')
    assert line.delivery() == Delivery(RECORD, "key", (b'{"a":1}',))


def test_a_damaged_aggregate_stays_whole_and_fails_again_as_it_did() -> None:
    data = an_aggregate(b"{}", b"{}")[:-1] + b"!"
    (line,) = lines_of(data)
    failed = Archived.from_json(line.to_json()).delivery()
    assert isinstance(failed, FailedEvent)
    assert failed == unpack(Delivery(RECORD, "key", (data,)))
    assert (failed.reason, failed.data) == (Reason.DAMAGED_AGGREGATE, data)


def test_a_part_that_looks_like_an_aggregate_is_not_unpacked_a_second_time() -> None:
    inner = an_aggregate(b"{}", b"{}")
    (line,) = lines_of(an_aggregate(inner))
    assert Archived.from_json(line.to_json()).delivery() == Delivery(RECORD, "key 0", (inner,))


def test_the_hour_is_that_of_arrival_in_utc() -> None:
    (line,) = lines_of(b"{}")
    assert line.hour == "2026-11-21T09"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        (
            b'{"stream_arn":"a","shard_id":"s","sequence_number":1,"arrived_at":"2026-11-21T09:30:10.123+00:00",'
            b'"partition_key":"k","payload":"{}"}'
        ),
        (
            b'{"stream_arn":"a","shard_id":"s","sequence_number":"1","arrived_at":"0001-01-01T00:00:00+14:00",'
            b'"partition_key":"k","payload":"{}"}'
        ),
        (
            b'{"stream_arn":"a","shard_id":"s","sequence_number":"1","arrived_at":"2026-11-21T09:30:10.123+00:00",'
            b'"partition_key":"k","payload_base64":"!"}'
        ),
        (
            b'{"stream_arn":"a","shard_id":"s","sequence_number":"1","arrived_at":"2026-11-21T09:30:10.123+00:00",'
            b'"partition_key":"k","payload":"\\ud800"}'
        ),
    ],
)
def test_something_else_is_refused(line: bytes) -> None:
    with pytest.raises(ArchivedLineError, match="is no line of the archive"):
        Archived.from_json(line)
