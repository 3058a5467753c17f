from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

import pytest

from penstock.aggregation import UserRecord, deaggregate, is_aggregate
from penstock.config import ProducerConfig
from penstock.delivery.outcomes import PutResult
from penstock.errors import BufferFullError, EventTooLargeError, InvalidEventError, ProducerClosedError
from penstock.events import SocialEvent
from penstock.producer import Producer
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.stub_client import StubClient

MIB = 2**20


def written(stub: StubClient) -> list[list[UserRecord]]:
    """Return the events of each Kinesis record, in the order of the stream."""
    return [
        deaggregate(data) if is_aggregate(data) else [UserRecord(key, hash_key, data)]
        for shard in stub.stream.shards
        for data, key, hash_key in shard.records
    ]


def records(count: int, *, keys: int = 50, data: bytes = b"x" * 100) -> list[UserRecord]:
    return [UserRecord(f"key {n * 7 % keys}", None, b"%d " % n + data) for n in range(count)]


def blocked(until: Event) -> None:
    assert until.wait(10)


def test_many_events_arrive_each_with_its_future_and_in_their_order() -> None:
    stub, events = StubClient(FakeStream(shards=4)), records(5000)
    with Producer("events", client=stub.client) as producer:
        futures = producer.put_many(events)
    assert len(futures) == 5000
    arrived = [event for record in written(stub) for event in record]
    assert sorted(arrived) == sorted(events)
    for key in {event.partition_key for event in events}:
        assert [event for event in arrived if event.partition_key == key] == [
            event for event in events if event.partition_key == key
        ]
    where = {shard.shard_id: shard for shard in stub.stream.shards}
    for event, future in zip(events, futures, strict=True):
        assert where[future.result(0).shard_id].has(event)


@pytest.mark.parametrize("data", [b"", b"x" * 100, b"x" * 200_000], ids=["empty", "small", "larger than an aggregate"])
def test_a_future_is_that_of_its_event_among_those_of_other_calls(data: bytes) -> None:
    stub = StubClient(FakeStream(shards=3))
    stub.stream.fault = lambda _: "InvalidArgumentException"  # so that futures hold their events
    with Producer("events", client=stub.client, rate_limit_percent=None) as producer:
        futures: list[Future[PutResult]] = []
        events = records(60, keys=7, data=data)
        for start in range(0, 60, 6):
            futures += producer.put_many(events[start : start + 5])
            last = events[start + 5]
            futures.append(producer.put(last.data, partition_key=last.partition_key))
    assert [future.exception(0).event for future in futures] == events  # type: ignore[union-attr]  # a DeliveryError


def test_events_of_all_kinds_can_be_mixed() -> None:
    stub = StubClient()
    fields: dict[str, Any] = {"kind": "post", "platform": "p", "author": "ada", "created_at": datetime.now(UTC)}
    bytes_first = UserRecord("key", None, b"data")
    hashed = UserRecord("key", "7", b"hashed")
    with Producer("events", client=stub.client) as producer:
        futures = producer.put_many([bytes_first, SocialEvent(**fields), hashed, fields, bytes_first])
    assert [future.result(0).shard_id for future in futures] == ["shardId-000000000000"] * 5
    arrived = [event for record in written(stub) for event in record]
    assert [event.partition_key for event in arrived if event.explicit_hash_key is None] == ["key", "ada", "ada", "key"]
    assert hashed in arrived


def test_without_aggregation_each_event_is_a_record() -> None:
    stub, events = StubClient(FakeStream(shards=2)), records(20)
    with Producer("events", client=stub.client, aggregate=False) as producer:
        producer.put_many(events)
    assert sorted(event for record in written(stub) for event in record) == sorted(events)
    assert {len(record) for record in written(stub)} == {1}


def test_more_keys_than_an_aggregate_s_tables_have_ready() -> None:
    stub = StubClient()
    events = [UserRecord(f"{n}", None, b"") for n in range(3000)]
    with Producer("events", client=stub.client, aggregate_bytes=MIB, linger_seconds=60) as producer:
        producer.put(b"", partition_key="0")
        producer.flush()  # so that the shards are known
        producer.put_many(events)
        producer.put_many(events)
    assert written(stub)[1:] == [events * 2]


@pytest.mark.parametrize(
    "wrong",
    [
        b"bytes without a key",
        {"kind": "post"},
        UserRecord("", None, b"data"),
        UserRecord("key", "-1", b"data"),
        UserRecord("key", None, "text"),  # type: ignore[arg-type]  # the error to find
        UserRecord(None, None, b"data"),  # type: ignore[arg-type]  # as above
        UserRecord([], None, b"data"),  # type: ignore[arg-type]  # as above
        ("key", b"data"),
        None,
    ],
)
def test_the_events_before_one_that_is_none_are_taken(wrong: Any) -> None:  # noqa: ANN401 - of any type
    stub, events = StubClient(), records(1500)
    with Producer("events", client=stub.client) as producer:
        with pytest.raises(InvalidEventError) as caught:
            producer.put_many([*events, wrong, *events])
        assert len(caught.value.futures) == 1500
        assert caught.value.futures[1499].result(10).shard_id
    assert [event for record in written(stub) for event in record] == events


def test_the_events_before_an_exception_of_the_iterable_are_taken() -> None:
    def failing() -> Iterator[UserRecord]:
        yield from events
        raise OSError("the source has ended")

    stub, events = StubClient(), records(1500)
    with Producer("events", client=stub.client) as producer, pytest.raises(OSError, match="has ended"):
        producer.put_many(failing())
    assert [event for record in written(stub) for event in record] == events


def test_an_event_too_large_fails_alone() -> None:
    stub, events = StubClient(), records(30)
    events[10] = UserRecord("key", None, b"x" * MIB)
    with Producer("events", client=stub.client) as producer:
        futures = producer.put_many(events)
    assert isinstance(futures[10].exception(0), EventTooLargeError)
    assert [future.exception(0) for future in (*futures[:10], *futures[11:])] == [None] * 29


def test_it_waits_for_room_and_goes_on() -> None:
    taken = Event()
    stub = StubClient(before=lambda: blocked(taken))
    events = records(20_000, data=b"x" * 400)  # about 10 MB
    with Producer("events", client=stub.client, buffer_bytes=4 * MIB, rate_limit_percent=None) as producer:
        futures: list[int] = []
        thread = Thread(target=lambda: futures.append(len(producer.put_many(events))))
        thread.start()
        while producer.stats().buffered_bytes < 3.5 * MIB:
            pass
        assert producer.stats().buffered_bytes <= 4 * MIB
        taken.set()
        thread.join(30)
        assert futures == [20_000]
    assert sorted(event for record in written(stub) for event in record) == sorted(events)


def test_no_room_is_raised_with_the_futures_of_those_that_had_room() -> None:
    taken = Event()
    stub = StubClient(before=lambda: blocked(taken))
    with Producer("events", client=stub.client, buffer_bytes=4 * MIB, when_full="raise") as producer:
        with pytest.raises(BufferFullError) as caught:
            producer.put_many(records(20_000, data=b"x" * 400))
        taken.set()
        count = len(caught.value.futures)
        assert 7000 < count < 9000
        assert producer.stats().user_records_received == count
        producer.flush()
        assert all(future.result(0).shard_id for future in caught.value.futures)


def test_a_closed_producer_takes_none() -> None:
    with Producer("events", client=StubClient().client) as producer:
        pass
    with pytest.raises(ProducerClosedError) as caught:
        producer.put_many(records(10))
    assert len(caught.value.futures) == 0


def test_the_iterable_may_use_the_producer() -> None:
    stub = StubClient()
    with Producer("events", client=stub.client) as producer:

        def echoing() -> Iterator[UserRecord]:
            for event in records(10):
                producer.put(event.data, partition_key="echo")
                yield event

        producer.put_many(echoing())
    assert sum(map(len, written(stub))) == 20


def test_events_cost_the_buffer_as_much_as_if_put_one_by_one() -> None:
    held = []
    for many in (True, False):
        stub = StubClient()
        with Producer("events", client=stub.client, config=ProducerConfig(linger_seconds=60)) as producer:
            if many:
                producer.put_many(records(300))
            else:
                for event in records(300):
                    producer.put(event.data, partition_key=event.partition_key)
            held.append(producer.stats().buffered_bytes)
            producer.flush()
            assert producer.stats().buffered_bytes == 0
    assert held[0] == held[1]
