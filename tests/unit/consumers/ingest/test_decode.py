"""Every payload of a batch comes out with its place in the stream; a damaged aggregate is never silence."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.failed_events import Reason
from consumers.ingest.decode import decode
from tests.unit.consumers.ingest.batches import ARN, SHARD, Put, a_batch, an_aggregate


def test_a_plain_record_is_one_arrival() -> None:
    ((arrival,), failed) = decode(a_batch(Put(7, b"payload", partition_key="ada")))
    assert failed == []
    assert (arrival.data, arrival.partition_key, arrival.sub_sequence_number) == (b"payload", "ada", 0)
    assert arrival.record == (ARN, SHARD, "7", 7, 1_795_253_410_500)


def test_an_aggregate_is_an_arrival_for_each_user_record_with_its_own_key() -> None:
    data = an_aggregate(("ada", b"one"), ("bob", b""), ("ada", b"three"))
    arrivals, failed = decode(a_batch(Put(7, data, partition_key="lane"), Put(8, b"plain")))
    assert failed == []
    assert [(a.record.sequence, a.sub_sequence_number, a.partition_key, a.data) for a in arrivals] == [
        (7, 0, "ada", b"one"),
        (7, 1, "bob", b""),
        (7, 2, "ada", b"three"),
        (8, 0, "ada", b"plain"),
    ]


@given(st.data())
def test_a_damaged_aggregate_is_one_failed_event_and_the_rest_goes_on(data: st.DataObject) -> None:
    sound = an_aggregate(("ada", b"one"), ("bob", b"two"))
    place = data.draw(st.integers(4, len(sound) - 1))
    damaged = sound[:place] + bytes([sound[place] ^ data.draw(st.integers(1, 255))]) + sound[place + 1 :]
    arrivals, (failed,) = decode(a_batch(Put(7, damaged, partition_key="lane"), Put(8, b"plain")))
    assert [arrival.data for arrival in arrivals] == [b"plain"]
    assert (failed.reason, failed.data, failed.partition_key) == (Reason.DAMAGED_AGGREGATE, damaged, "lane")
    assert (failed.shard_id, failed.sequence_number, failed.sub_sequence_number) == (SHARD, "7", 0)
    assert failed.stream_arn == ARN
    assert failed.errors


@given(st.integers(0, 4 * 10**12))
def test_arrival_times_keep_their_milliseconds(milliseconds: int) -> None:
    ((arrival,), _) = decode(a_batch(Put(1, b"", arrived=milliseconds / 1000)))
    assert arrival.record.arrived_ms == milliseconds
