"""The producer on an event loop. What it delivers, and when, is the core's to test."""

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any, assert_type

import pytest

from penstock.aggregation import UserRecord
from penstock.async_futures import AsyncEventFuture
from penstock.async_producer import AsyncProducer
from penstock.delivery.core import Delivery
from penstock.delivery.outcomes import PutResult
from penstock.errors import (
    BufferFullError,
    DroppedError,
    EventTooLargeError,
    FlushTimeoutError,
    InvalidEventError,
    ProducerClosedError,
    UndeliveredError,
    WrongLoopError,
)
from penstock.spool.disk import Disk
from tests.unit.penstock.delivery.fake_stream import MIB, FakeStream
from tests.unit.penstock.gate import Gate
from tests.unit.penstock.on_a_loop import on_a_loop
from tests.unit.penstock.producers import EVENT
from tests.unit.penstock.producers import async_producer as producer
from tests.unit.penstock.stub_client import StubClient


async def reached(gate: Gate) -> None:
    assert await asyncio.get_running_loop().run_in_executor(None, gate.reached.wait, 30)


async def fill(sdk: AsyncProducer, gate: Gate) -> None:
    """Use up a buffer of 4 MiB while calls are held up."""
    for _ in range(4):
        await sdk.put(bytes(MIB - 1000), partition_key="key")
    await reached(gate)


@on_a_loop
async def test_every_event_s_future_tells_where_it_is() -> None:
    stub = StubClient(FakeStream(shards=3))
    async with producer(stub) as sdk:
        futures = [await sdk.put(b"%d" % n, partition_key=f"key-{n}") for n in range(500)]
        assert {(await future).shard_id for future in futures} == {shard.shard_id for shard in stub.stream.shards}
    assert sorted(event.data for event in stub.stream.events) == sorted(b"%d" % n for n in range(500))
    assert sdk.stats().user_records_put == 500


@on_a_loop
async def test_what_put_and_its_future_give_has_a_type() -> None:
    async with producer(StubClient()) as sdk:
        assert_type(sdk, AsyncProducer)
        future = await sdk.put(b"data", partition_key="key")
        assert_type(future, AsyncEventFuture)
        result = await future
        assert_type(result, PutResult)
        assert_type(await asyncio.wait_for(future, 30), PutResult)
        assert_type(await asyncio.gather(future, future), tuple[PutResult, PutResult])


@on_a_loop
async def test_it_takes_events_mappings_and_bytes() -> None:
    stub = StubClient()
    async with producer(stub) as sdk:
        await sdk.put(EVENT)
        await sdk.put(EVENT.model_dump(mode="json"))
        await sdk.put(EVENT, partition_key="key")
        await sdk.put(EVENT, explicit_hash_key="7")
        await sdk.put(EVENT.to_json(), partition_key="key")
    keys = sorted(((event.partition_key, event.explicit_hash_key) for event in stub.stream.events), key=str)
    assert keys == [("did:plc:1", "7"), ("did:plc:1", None), ("did:plc:1", None), ("key", None), ("key", None)]
    assert {event.data for event in stub.stream.events} == {EVENT.to_json()}


@pytest.mark.parametrize(
    ("event", "keys"), [(b"data", {}), ({"kind": "post"}, {}), (EVENT, {"explicit_hash_key": "x"})]
)
def test_what_is_no_event_is_refused_by_put(event: Any, keys: dict[str, Any]) -> None:  # noqa: ANN401 - anything can be put
    @on_a_loop
    async def put() -> None:
        async with producer(StubClient()) as sdk:
            with pytest.raises(InvalidEventError):
                await sdk.put(event, **keys)
            assert await (await sdk.put(b"data", partition_key="key"))

    put()


@on_a_loop
async def test_put_waits_for_room_in_turn_and_leaves_the_loop_to_others(gate: Gate) -> None:
    stub = StubClient(before=gate)
    async with producer(stub, buffer_bytes=4 * MIB, aggregate=False) as sdk:
        await fill(sdk, gate)
        order: list[int] = []

        async def put(number: int, size: int) -> None:
            await sdk.put(bytes(size), partition_key="key")
            order.append(number)

        # The small ones, for which there is room, wait behind the large one, for which there is none.
        puts = [asyncio.create_task(put(n, MIB - 1000 if n == 0 else 100)) for n in range(20)]
        await asyncio.sleep(0)
        assert not order
        assert sdk.stats().user_records_received == 4
        gate.opened.set()
        await asyncio.gather(*puts)
        assert order == list(range(20))
    assert len(stub.stream.events) == 24


@on_a_loop
async def test_put_waits_no_longer_than_it_may(gate: Gate) -> None:
    async with producer(StubClient(before=gate), buffer_bytes=4 * MIB, put_timeout_seconds=0) as sdk:
        await fill(sdk, gate)
        with pytest.raises(BufferFullError, match=r"within 0 s.* more shards"):
            await sdk.put(bytes(MIB // 2), partition_key="key")
        assert sdk.stats().user_records_received == 4
        gate.opened.set()


@on_a_loop
async def test_put_can_raise_instead_of_waiting(gate: Gate) -> None:
    async with producer(StubClient(before=gate), buffer_bytes=4 * MIB, when_full="raise") as sdk:
        await fill(sdk, gate)
        with pytest.raises(BufferFullError, match="more shards"):
            await sdk.put(bytes(MIB // 2), partition_key="key")
        gate.opened.set()


@on_a_loop
async def test_put_can_drop_the_oldest_event_that_is_not_in_flight(gate: Gate) -> None:
    stub = StubClient(before=gate)
    async with producer(stub, buffer_bytes=4 * MIB, when_full="drop_oldest", calls_in_flight=1) as sdk:
        first = await sdk.put(bytes(MIB - 1000), partition_key="key")
        await reached(gate)
        futures = [await sdk.put(bytes(MIB - 1000), partition_key="key") for _ in range(4)]
        assert isinstance(futures[0].exception(), DroppedError)
        gate.opened.set()
        assert await asyncio.gather(first, *futures[1:])
    assert sdk.stats().user_records_put == 4


@on_a_loop
async def test_a_task_that_is_cancelled_while_it_waits_for_room_has_not_put_its_event(gate: Gate) -> None:
    stub = StubClient(before=gate)
    async with producer(stub, buffer_bytes=4 * MIB) as sdk:
        await fill(sdk, gate)
        first, second = (asyncio.create_task(sdk.put(data * (MIB // 2), partition_key="key")) for data in (b"1", b"2"))
        await asyncio.sleep(0)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        gate.opened.set()
        assert await (await second)
    assert sorted(event.data[:1] for event in stub.stream.events) == [b"\0"] * 4 + [b"2"]


@on_a_loop
async def test_a_task_that_is_cancelled_while_others_have_their_turn_has_not_put_its_event() -> None:
    stub = StubClient()
    async with producer(stub) as sdk:
        task = asyncio.create_task(sdk.put(b"1", partition_key="key"))  # the first put lets others have theirs
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await sdk.put(b"2", partition_key="key")
    assert [event.data for event in stub.stream.events] == [b"2"]


@on_a_loop
async def test_what_was_taken_is_on_the_disk_also_when_put_many_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    sync = Disk.sync

    def count(disk: Disk, descriptor: int) -> None:
        synced.append(descriptor)
        sync(disk, descriptor)

    monkeypatch.setattr(Disk, "sync", count)
    async with producer(StubClient(), spool=tmp_path, spool_fsync="always") as sdk:
        with pytest.raises(InvalidEventError) as error:
            await sdk.put_many([UserRecord("key", None, b"1"), UserRecord("", None, b"2")])
        assert len(error.value.futures) == 1
        assert len(synced) == 1


@on_a_loop
async def test_the_disk_is_waited_for_on_a_thread_of_the_producer_s_own(tmp_path: Path, gate: Gate) -> None:
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(max_workers=1)
    loop.set_default_executor(pool)
    busy = loop.run_in_executor(None, gate)
    async with producer(StubClient(), spool=tmp_path, spool_fsync="always") as sdk:
        await (await sdk.put(b"data", partition_key="key"))
    gate.opened.set()
    await busy


@on_a_loop
async def test_an_event_larger_than_any_record_fails_without_waiting_for_room() -> None:
    async with producer(StubClient(), buffer_bytes=4 * MIB) as sdk:
        future = await sdk.put(bytes(5 * MIB), partition_key="key")
        assert isinstance(future.exception(), EventTooLargeError)


@on_a_loop
async def test_a_put_that_waits_for_room_ends_when_the_producer_is_closed(gate: Gate) -> None:
    sdk = producer(StubClient(before=gate), buffer_bytes=4 * MIB)
    await fill(sdk, gate)
    waiting = [asyncio.create_task(sdk.put(bytes(MIB // 2), partition_key="key")) for _ in range(3)]
    await asyncio.sleep(0)
    await sdk.close(timeout=0)
    for task in waiting:
        with pytest.raises(ProducerClosedError):
            await task


@on_a_loop
async def test_a_task_that_puts_without_end_lets_others_run() -> None:
    async with producer(StubClient(), linger_seconds=60) as sdk:
        others = asyncio.create_task(asyncio.sleep(0))
        while not others.done():
            await sdk.put(b"data", partition_key="key")
        assert sdk.stats().user_records_received < 5000


@on_a_loop
async def test_many_events_arrive_each_with_its_future() -> None:
    async def one_by_one() -> AsyncIterator[UserRecord]:
        for event in events:
            yield event

    events = [UserRecord(f"key-{n % 50}", None, b"%d" % n) for n in range(2500)]
    stub = StubClient(FakeStream(shards=3))
    async with producer(stub) as sdk:
        futures = [*await sdk.put_many(events), *await sdk.put_many(one_by_one())]
        assert_type(futures, list[AsyncEventFuture])
        results = await asyncio.gather(*futures)
    where = {shard.shard_id: shard for shard in stub.stream.shards}
    assert all(where[result.shard_id].has(event) for event, result in zip(events * 2, results, strict=True))
    assert sorted(stub.stream.events) == sorted(events * 2)


@on_a_loop
async def test_many_events_wait_for_room_and_let_others_run(gate: Gate) -> None:
    stub = StubClient(before=gate)
    async with producer(stub, buffer_bytes=4 * MIB) as sdk:
        await fill(sdk, gate)
        putting = asyncio.create_task(sdk.put_many([UserRecord("key", None, bytes(MIB // 2))] * 20))
        await asyncio.sleep(0)
        gate.opened.set()
        futures = await putting
        assert len(await asyncio.gather(*futures)) == 20
        others = asyncio.create_task(asyncio.sleep(0))
        while not others.done():
            await sdk.put_many([UserRecord("key", None, b"data")] * 500)
    assert len(stub.stream.events) < 24 + 5000


@on_a_loop
async def test_what_is_no_event_among_many_is_refused_after_those_before_it() -> None:
    stub = StubClient()
    async with producer(stub) as sdk:
        with pytest.raises(InvalidEventError) as raised:
            await sdk.put_many([UserRecord("key", None, b"1"), EVENT, {"kind": "post"}, EVENT])
        assert len(await asyncio.gather(*raised.value.futures)) == 2
    assert len(stub.stream.events) == 2


@on_a_loop
async def test_flush_sends_at_once_what_would_wait_for_company() -> None:
    async with producer(StubClient(), linger_seconds=60) as sdk:
        future = await sdk.put(b"data", partition_key="key")
        await sdk.flush(timeout=30)
        assert future.done()


@on_a_loop
async def test_flush_says_if_it_has_to_give_up(gate: Gate) -> None:
    async with producer(StubClient(before=gate)) as sdk:
        future = await sdk.put(b"data", partition_key="key")
        with pytest.raises(FlushTimeoutError, match="1 events"):
            await sdk.flush(timeout=0)
        gate.opened.set()
        assert await future


@on_a_loop
async def test_events_leave_by_themselves() -> None:
    async with producer(StubClient(), linger_seconds=0.01) as sdk:
        assert await (await sdk.put(b"data", partition_key="key"))


@on_a_loop
async def test_a_closed_producer_refuses_events_and_can_be_closed_again() -> None:
    sdk = producer(StubClient())
    await sdk.close()
    await sdk.close()
    with pytest.raises(ProducerClosedError, match="events is closed"):
        await sdk.put(b"data", partition_key="key")
    await sdk.flush()


@on_a_loop
async def test_what_is_undelivered_at_close_says_so(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    sdk = producer(StubClient(before=gate))
    future = await sdk.put(b"data", partition_key="key")
    with caplog.at_level(logging.WARNING):
        await sdk.close(timeout=0)
    with pytest.raises(UndeliveredError) as raised:
        await future
    assert raised.value.event is not None
    assert raised.value.event.data == b"data"
    assert "1 events unacknowledged" in caplog.text


@on_a_loop
async def test_a_close_that_was_cancelled_can_be_finished(gate: Gate) -> None:
    sdk = producer(StubClient(before=gate))
    future = await sdk.put(b"data", partition_key="key")
    closing = asyncio.create_task(sdk.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    with pytest.raises(ProducerClosedError):
        await sdk.put(b"data", partition_key="key")
    gate.opened.set()
    await sdk.close()
    assert future.result()


@on_a_loop
async def test_a_block_that_an_exception_ends_waits_no_longer_than_it_may(gate: Gate) -> None:
    sdk = producer(StubClient(before=gate), close_timeout_seconds=0)
    future = await sdk.put(b"data", partition_key="key")
    with pytest.raises(ZeroDivisionError):
        async with sdk:
            _ = 1 / 0
    assert isinstance(future.exception(), UndeliveredError)


@on_a_loop
async def test_closing_waits_for_the_callbacks() -> None:
    called: list[object] = []
    async with producer(StubClient()) as sdk:
        for _ in range(100):
            (await sdk.put(b"data", partition_key="key")).add_done_callback(called.append)
    assert len(called) == 100


@on_a_loop
async def test_a_callback_that_raises_goes_to_the_loop_and_the_producer_goes_on() -> None:
    raised: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context))
    async with producer(StubClient()) as sdk:
        first = await sdk.put(b"first", partition_key="key")
        first.add_done_callback(lambda _: 1 / 0)
        await first
        assert await (await sdk.put(b"second", partition_key="key"))
    assert [type(context["exception"]) for context in raised] == [ZeroDivisionError]


@on_a_loop
async def test_a_defect_of_the_core_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Delivery, __: object, ___: object, ____: float) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr(Delivery, "answer", fail)
    sdk = producer(StubClient())
    with pytest.raises(UndeliveredError):
        await (await sdk.put(b"data", partition_key="key"))
    with pytest.raises(ProducerClosedError):
        await sdk.put(b"data", partition_key="key")
    await sdk.close()
    assert "broke down" in caplog.text


def test_it_says_that_another_loop_is_not_its_own() -> None:
    sdk = producer(StubClient())

    async def use() -> None:
        await sdk.put(b"data", partition_key="key")
        await sdk.flush()

    async def use_elsewhere() -> None:
        def elsewhere(which: str) -> None:
            for use in (lambda: sdk.put(b"data", partition_key="key"), sdk.flush, sdk.close, sdk.__aenter__):
                with pytest.raises(WrongLoopError, match=f"belongs to {which}: make one for each loop"):
                    asyncio.run(use())

        await use()
        other = Thread(target=elsewhere, args=("another event loop",))
        other.start()
        await asyncio.get_running_loop().run_in_executor(None, other.join)
        await sdk.close()

    asyncio.run(use_elsewhere())
    with pytest.raises(WrongLoopError, match="belongs to an event loop that has been closed"):
        asyncio.run(use())
    assert sdk.stats().user_records_put == 1


def test_it_says_that_no_loop_runs() -> None:
    sdk = producer(StubClient())
    for use in (sdk.put(b"data", partition_key="key"), sdk.flush(), sdk.close()):
        with pytest.raises(WrongLoopError, match="no event loop runs"):
            use.send(None)
    asyncio.run(sdk.close())


@on_a_loop
async def test_a_forgotten_producer_says_so_and_delivers_all_the_same() -> None:
    sdk = producer(StubClient(), linger_seconds=60)
    future = await sdk.put(b"data", partition_key="key")
    with pytest.warns(ResourceWarning, match="events was not closed"):
        del sdk
    assert await future
