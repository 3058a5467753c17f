"""The threads around the core. What they deliver, and when, is the core's to test."""

import logging
import sys
from concurrent.futures import wait
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any

import boto3
import pytest

from penstock.delivery.core import Delivery
from penstock.delivery.outcomes import PutResult
from penstock.errors import (
    BufferFullError,
    ConfigurationError,
    DroppedError,
    EventTooLargeError,
    FlushTimeoutError,
    InvalidEventError,
    ProducerClosedError,
    RequestRefusedError,
    SpoolError,
    UndeliveredError,
)
from penstock.futures import EventFuture
from penstock.metrics import EmfExporter
from penstock.producer import Producer
from tests.unit.penstock.delivery.fake_stream import MIB, FakeStream
from tests.unit.penstock.gate import Gate
from tests.unit.penstock.producers import EVENT, producer
from tests.unit.penstock.stub_client import StubClient


def test_every_event_s_future_tells_where_it_is() -> None:
    stub = StubClient(FakeStream(shards=3))
    with producer(stub) as sdk:
        futures = [sdk.put(b"%d" % n, partition_key=f"key-{n}") for n in range(500)]
        assert {future.result(timeout=30).shard_id for future in futures} == {
            shard.shard_id for shard in stub.stream.shards
        }
    assert sorted(event.data for event in stub.stream.events) == sorted(b"%d" % n for n in range(500))


def test_an_event_goes_by_its_author_unless_told_otherwise() -> None:
    stub = StubClient()
    with producer(stub) as sdk:
        sdk.put(EVENT)
        sdk.put(EVENT.model_dump(mode="json"))
        sdk.put(EVENT, partition_key="key")
        sdk.put(EVENT, explicit_hash_key="7")
    keys = [(event.partition_key, event.explicit_hash_key) for event in stub.stream.events]
    assert sorted(keys, key=str) == [("did:plc:1", "7"), ("did:plc:1", None), ("did:plc:1", None), ("key", None)]
    assert {event.data for event in stub.stream.events} == {EVENT.to_json()}


def test_bytes_are_sent_as_they_are() -> None:
    stub = StubClient()
    with producer(stub) as sdk:
        for data in (b"\xff", bytearray(b"\xff"), memoryview(b"\xff")):
            sdk.put(data, partition_key="key")  # type: ignore[arg-type]  # taken, though not advertised
    assert [event.data for event in stub.stream.events] == [b"\xff"] * 3


@pytest.mark.parametrize(
    ("event", "keys", "message"),
    [
        (b"data", {}, "partition_key="),
        (b"data", {"partition_key": ""}, "1 to 256"),
        (b"data", {"partition_key": "key", "explicit_hash_key": "x"}, "explicit hash key"),
        ({"kind": "post"}, {}, "author: Field required"),
        ({**EVENT.model_dump(), "kind": "shout"}, {}, "kind"),
        ({**EVENT.model_dump(), "hashtags": ["\ud800"]}, {}, "hashtags: .*lone surrogates"),
        (EVENT.model_copy(update={"text": "\ud800"}), {}, "not an event: .*surrogates"),
        ("text", {}, "^not an event: Input should"),
        (None, {}, "^not an event: Input should"),
        (EVENT, {"partition_key": 5}, "partition key"),
        (EVENT, {"partition_key": ["key"]}, "partition key"),
        (EVENT, {"explicit_hash_key": ["key"]}, "explicit hash key"),
    ],
)
def test_what_is_no_event_is_refused_by_put(event: Any, keys: dict[str, Any], message: str) -> None:  # noqa: ANN401 - anything can be put
    with producer(StubClient()) as sdk:
        with pytest.raises(InvalidEventError, match=message):
            sdk.put(event, **keys)
        assert sdk.put(b"data", partition_key="key").result(timeout=30)


def test_put_waits_for_room_and_goes_on_when_there_is(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = StubClient(before=gate)
    with producer(stub, buffer_bytes=4 * MIB) as sdk:
        for _ in range(4):
            sdk.put(bytes(MIB - 1000), partition_key="key")
        assert gate.reached.wait(30)
        began = Event()
        wait_for_room = sdk._shell._progress.wait

        def begin(timeout: float | None = None) -> bool:
            began.set()
            return wait_for_room(timeout)

        monkeypatch.setattr(sdk._shell._progress, "wait", begin)
        waiting = Thread(target=lambda: sdk.put(bytes(MIB // 2), partition_key="key").result(timeout=30))
        waiting.start()
        assert began.wait(30)
        assert sdk.stats().user_records_received == 4
        gate.opened.set()
        waiting.join(30)
        assert sdk.stats().user_records_received == 5
    assert len(stub.stream.events) == 5


def test_put_waits_no_longer_than_it_may(gate: Gate) -> None:
    with producer(StubClient(before=gate), buffer_bytes=4 * MIB, put_timeout_seconds=0) as sdk:
        for _ in range(4):
            sdk.put(bytes(MIB - 1000), partition_key="key")
        with pytest.raises(BufferFullError, match="more shards"):
            sdk.put(bytes(MIB // 2), partition_key="key")
        assert sdk.stats().user_records_received == 4
        gate.opened.set()


def test_put_can_raise_instead_of_waiting(gate: Gate) -> None:
    with producer(StubClient(before=gate), buffer_bytes=4 * MIB, when_full="raise") as sdk:
        for _ in range(4):
            sdk.put(bytes(MIB - 1000), partition_key="key")
        with pytest.raises(BufferFullError, match="more shards"):
            sdk.put(bytes(MIB // 2), partition_key="key")
        gate.opened.set()
        sdk.flush()
        assert sdk.put(bytes(MIB // 2), partition_key="key").result(timeout=30)


def test_put_can_drop_the_oldest_event_that_is_not_in_flight(gate: Gate) -> None:
    stub = StubClient(before=gate)
    with producer(stub, buffer_bytes=4 * MIB, when_full="drop_oldest", calls_in_flight=1) as sdk:
        first = sdk.put(bytes(MIB - 1000), partition_key="key")
        assert gate.reached.wait(30)
        futures = [sdk.put(bytes(MIB - 1000), partition_key="key") for _ in range(4)]
        assert isinstance(futures[0].exception(timeout=30), DroppedError)
        gate.opened.set()
        assert all(future.result(timeout=30) for future in (first, *futures[1:]))
    assert sdk.stats().user_records_put == 4


def test_an_event_larger_than_any_record_fails_without_waiting_for_room() -> None:
    with producer(StubClient(), buffer_bytes=4 * MIB) as sdk:
        assert isinstance(sdk.put(bytes(5 * MIB), partition_key="key").exception(timeout=30), EventTooLargeError)


def test_a_put_that_waits_for_room_ends_when_the_producer_is_closed(gate: Gate) -> None:
    sdk = producer(StubClient(before=gate), buffer_bytes=4 * MIB)
    raised: list[BaseException] = []
    started = Event()

    def fill() -> None:
        try:
            while True:
                sdk.put(bytes(MIB - 1000), partition_key="key")
                started.set()
        except ProducerClosedError as error:
            raised.append(error)

    filling = Thread(target=fill)
    filling.start()
    assert started.wait(30)
    assert gate.reached.wait(30)
    sdk.close(timeout=0)
    filling.join(30)
    assert len(raised) == 1


def test_a_put_that_waits_when_the_producer_is_closed_is_not_taken(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    sdk = producer(StubClient(before=gate), buffer_bytes=4 * MIB)
    for _ in range(4):
        sdk.put(bytes(MIB - 1000), partition_key="key")
    assert gate.reached.wait(30)
    waiting = Event()
    progress = sdk._shell._progress
    wait_for_progress = progress.wait

    def wait_visibly(timeout: float | None = None) -> bool:
        waiting.set()
        return wait_for_progress(timeout)

    monkeypatch.setattr(progress, "wait", wait_visibly)
    raised: list[BaseException] = []

    def put() -> None:
        with pytest.raises(ProducerClosedError) as error:
            sdk.put(bytes(MIB - 1000), partition_key="key")
        raised.append(error.value)

    putting = Thread(target=put)
    putting.start()
    assert waiting.wait(30)
    sdk.close(timeout=0)
    putting.join(30)
    assert len(raised) == 1


def test_what_ctrl_c_leaves_behind_is_sent_without_another_put(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    add = Delivery.add

    def add_and_stop(*event: Any) -> None:  # noqa: ANN401 - as add takes it
        add(*event)
        raise KeyboardInterrupt

    monkeypatch.setattr(Delivery, "add", add_and_stop)
    with producer(StubClient(before=gate)) as sdk:
        with pytest.raises(KeyboardInterrupt):
            sdk.put(b"data", partition_key="key")
        assert gate.reached.wait(30)
        gate.opened.set()


def test_flush_sends_at_once_what_would_wait_for_company() -> None:
    stub = StubClient()
    with producer(stub, linger_seconds=60) as sdk:
        future = sdk.put(b"data", partition_key="key")
        sdk.flush(timeout=30)
        assert future.done()


def test_flush_says_if_it_has_to_give_up(gate: Gate) -> None:
    with producer(StubClient(before=gate)) as sdk:
        future = sdk.put(b"data", partition_key="key")
        with pytest.raises(FlushTimeoutError, match="1 events"):
            sdk.flush(timeout=0)
        gate.opened.set()
        assert future.result(timeout=30)


def test_a_closed_producer_refuses_events_and_can_be_closed_again() -> None:
    sdk = producer(StubClient())
    sdk.close()
    sdk.close()
    with pytest.raises(ProducerClosedError, match="events is closed"):
        sdk.put(b"data", partition_key="key")


def test_what_is_undelivered_at_close_says_so(gate: Gate, caplog: pytest.LogCaptureFixture) -> None:
    sdk = producer(StubClient(before=gate))
    future = sdk.put(b"data", partition_key="key")
    with caplog.at_level(logging.WARNING):
        sdk.close(timeout=0)
    error = future.exception(timeout=0)
    assert isinstance(error, UndeliveredError)
    assert error.event is not None
    assert error.event.data == b"data"
    assert "1 events unacknowledged" in caplog.text


def test_callbacks_may_raise_put_and_wait_for_other_events() -> None:
    stub = StubClient()
    results: SimpleQueue[PutResult] = SimpleQueue()
    with producer(stub) as sdk:

        def put_another(_: object) -> None:
            results.put(sdk.put(b"second", partition_key="key").result(timeout=30))

        first = sdk.put(b"first", partition_key="key")
        first.add_done_callback(lambda _: 1 / 0)
        first.add_done_callback(put_another)
        first.result(timeout=30)
        assert results.get(timeout=30)
        sdk.put(b"third", partition_key="key").result(timeout=30)
    assert {event.data for event in stub.stream.events} == {b"first", b"second", b"third"}


def test_a_callback_that_exits_ends_no_more_than_itself(caplog: pytest.LogCaptureFixture) -> None:
    called: list[Any] = []
    with producer(StubClient(), linger_seconds=60) as sdk:
        future = sdk.put(b"data", partition_key="key")
        future.add_done_callback(lambda _: sys.exit(1))
        future.add_done_callback(called.append)
    assert called == [future]
    assert "tried to end the thread" in caplog.text


def test_a_callback_may_close_the_producer() -> None:
    closed = Event()
    sdk = producer(StubClient())

    def close(_: object) -> None:
        sdk.close()
        closed.set()

    sdk.put(b"data", partition_key="key").add_done_callback(close)
    assert closed.wait(30)


def test_closing_waits_for_the_callbacks() -> None:
    called: list[Any] = []
    with producer(StubClient()) as sdk:
        for _ in range(100):
            sdk.put(b"data", partition_key="key").add_done_callback(called.append)
    assert len(called) == 100


def test_no_callback_is_lost_when_closing_overtakes_the_thread_that_took_the_answer(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = EventFuture._finish_base

    def finish_late(future: EventFuture) -> None:
        gate()
        finish(future)

    monkeypatch.setattr(EventFuture, "_finish_base", finish_late)
    called: list[Any] = []
    sdk = producer(StubClient(), linger_seconds=60)
    watched = sdk.put(b"first", partition_key="key")
    wait([watched], timeout=0)
    sdk.put(b"second", partition_key="key").add_done_callback(called.append)
    sdk.close()
    assert len(called) == 1
    assert gate.reached.wait(30)
    gate.opened.set()
    wait([watched], timeout=30)
    assert watched.result(timeout=0)


def test_a_close_that_was_interrupted_can_be_finished(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: Delivery, __: int) -> bool:
        raise KeyboardInterrupt

    sdk = producer(StubClient(before=gate))
    future = sdk.put(b"data", partition_key="key")
    with monkeypatch.context() as patch:
        patch.setattr(Delivery, "flushed", interrupt)
        with pytest.raises(KeyboardInterrupt):
            sdk.close()
    with pytest.raises(ProducerClosedError):
        sdk.put(b"data", partition_key="key")
    assert not future.done()
    sdk.close(timeout=0)
    assert isinstance(future.exception(timeout=0), UndeliveredError)


def test_a_block_that_an_exception_ends_waits_no_longer_than_it_may(gate: Gate) -> None:
    sdk = producer(StubClient(before=gate), close_timeout_seconds=0)
    future = sdk.put(b"data", partition_key="key")
    with pytest.raises(ZeroDivisionError), sdk:
        _ = 1 / 0
    assert isinstance(future.exception(timeout=0), UndeliveredError)


def test_a_client_that_misbehaves_fails_the_events_and_not_the_producer() -> None:
    def fail() -> None:
        raise KeyError("defect")

    stub = StubClient()
    with producer(stub) as sdk:
        stub.before = fail
        assert isinstance(sdk.put(b"data", partition_key="key").exception(timeout=30), RequestRefusedError)
        stub.before = lambda: None
        assert sdk.put(b"data", partition_key="key").result(timeout=30)


def test_a_client_that_wants_to_end_the_thread_is_answered_like_any_other() -> None:
    def leave() -> None:
        raise SystemExit("a hook of the client's says so")

    stub = StubClient()
    with producer(stub, calls_in_flight=1) as sdk:
        stub.before = leave
        assert isinstance(sdk.put(b"data", partition_key="key").exception(timeout=30), RequestRefusedError)
        assert sdk.stats().calls_in_flight == 0
        stub.before = lambda: None
        assert sdk.put(b"data", partition_key="key").result(timeout=30)


def test_a_defect_of_the_core_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Delivery, __: object, ___: object, ____: float) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr(Delivery, "answer", fail)
    sdk = producer(StubClient())
    future = sdk.put(b"data", partition_key="key")
    assert isinstance(future.exception(timeout=30), UndeliveredError)
    with pytest.raises(ProducerClosedError):
        sdk.put(b"data", partition_key="key")
    sdk.close()
    assert "broke down" in caplog.text


def test_a_failing_stream_is_logged_but_not_over_and_over(caplog: pytest.LogCaptureFixture) -> None:
    tries: list[int] = []

    def fail_ten_times() -> None:
        tries.append(1)
        if len(tries) <= 10:
            raise ConnectionResetError("reset by peer")

    with (
        caplog.at_level(logging.WARNING),
        producer(StubClient(before=fail_ten_times), backoff_base_seconds=0.001, backoff_cap_seconds=0.001) as sdk,
    ):
        assert len(sdk.put(b"data", partition_key="key").result(timeout=30).attempts) == 11
    assert caplog.text.count("PutRecords on events failed with ConnectionResetError: reset by peer") == 1
    assert sdk.stats().errors_by_code == {"ConnectionResetError": 10}


def test_throttling_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    stub = StubClient()
    tries: list[int] = []

    def throttle_once(_: str) -> str | None:
        tries.append(1)
        return "ProvisionedThroughputExceededException" if len(tries) == 1 else None

    stub.stream.fault = throttle_once
    with caplog.at_level(logging.WARNING), producer(stub, backoff_base_seconds=0.001) as sdk:
        assert sdk.put(b"data", partition_key="key").result(timeout=30)
    assert (
        caplog.text.count("1 of the 1 records in a call to events failed, for shardId-000000000000 (1), with Prov") == 1
    )


def test_a_forgotten_producer_says_so_and_delivers_all_the_same() -> None:
    sdk = producer(StubClient(), linger_seconds=60)
    future = sdk.put(b"data", partition_key="key")
    with pytest.warns(ResourceWarning, match="events was not closed"):
        del sdk
    assert future.result(timeout=30)


@pytest.mark.filterwarnings("error::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_forgotten_producer_ends_also_where_warnings_are_errors() -> None:
    sdk = producer(StubClient(), linger_seconds=60)
    sender = sdk._shell._sender
    future = sdk.put(b"data", partition_key="key")
    del sdk
    assert future.result(timeout=30)
    sender.join(30)
    assert not sender.is_alive()


def test_an_exporter_of_a_producer_that_could_not_be_made_can_be_another_s(tmp_path: Path) -> None:
    exporter = EmfExporter(write=lambda _: None)
    with producer(StubClient(), spool=tmp_path), pytest.raises(SpoolError):
        Producer("events", client=StubClient().client, spool=tmp_path, metrics=exporter)
    with Producer("events", client=StubClient().client, spool=tmp_path, metrics=exporter):
        pass
    with pytest.raises(ConfigurationError, match="one for each producer"):
        Producer("events", client=StubClient().client, spool=tmp_path, metrics=exporter)
    with producer(StubClient(), spool=tmp_path) as sdk:  # the spool was closed again
        assert sdk.put(b"data", partition_key="key").result(timeout=30)


def test_a_client_and_a_session_are_one_too_many() -> None:
    with pytest.raises(ConfigurationError, match="not both"):
        Producer("events", client=StubClient().client, session=boto3.Session())


def test_a_name_that_no_stream_has_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'social events' names no stream"):
        Producer("social events", client=StubClient().client)


@pytest.mark.parametrize("argument", ["client", "session", "metrics", "config"])
def test_what_cannot_be_an_argument_is_refused_at_once(argument: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{argument}=.*'nonsense'|'nonsense' cannot be the {argument}="):
        Producer("events", **{argument: "nonsense"})  # type: ignore[arg-type]
