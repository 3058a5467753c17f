"""Every payload of a batch comes out with its place in the stream; a damaged aggregate is never silence."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.failed_events import Reason
from consumers.ingest.decode import Delivery, decode
from tests.unit.consumers.ingest.batches import ARN, SHARD, Put, a_batch, an_aggregate


def contents(deliveries: list[Delivery]) -> list[tuple[int, int, str, bytes]]:
    """Return what would be failed events if all payloads were bad: position, partition key and payload."""
    failed = [each.failed(place, Reason.INVALID) for each in deliveries for place in range(len(each.payloads))]
    return [(*event.position[1:], event.partition_key, event.data) for event in failed]


def test_a_plain_record_is_one_payload() -> None:
    deliveries, failed = decode(a_batch(Put(7, b"payload", partition_key="ada")))
    assert failed == []
    assert contents(deliveries) == [(7, 0, "ada", b"payload")]
    assert deliveries[0].record == (ARN, SHARD, "7", 7, 1_795_253_410_500)


def test_an_aggregate_brings_a_payload_for_each_user_record_with_its_own_key() -> None:
    data = an_aggregate(("ada", b"one"), ("bob", b""), ("ada", b"three"))
    deliveries, failed = decode(a_batch(Put(7, data, partition_key="lane"), Put(8, b"plain")))
    assert failed == []
    assert contents(deliveries) == [
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
    deliveries, (failed,) = decode(a_batch(Put(7, damaged, partition_key="lane"), Put(8, b"plain")))
    assert contents(deliveries) == [(8, 0, "ada", b"plain")]
    assert (failed.reason, failed.data, failed.partition_key) == (Reason.DAMAGED_AGGREGATE, damaged, "lane")
    assert (failed.shard_id, failed.sequence_number, failed.sub_sequence_number) == (SHARD, "7", 0)
    assert failed.stream_arn == ARN
    assert failed.errors


@given(st.integers(0, 4 * 10**12))
def test_arrival_times_keep_their_milliseconds(milliseconds: int) -> None:
    ((delivery,), _) = decode(a_batch(Put(1, b"", arrived=milliseconds / 1000)))
    assert delivery.record.arrived_ms == milliseconds
