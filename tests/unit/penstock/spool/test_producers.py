"""Producers of both kinds with a spool: what their users see."""

import asyncio
import logging
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from penstock.aggregation import UserRecord
from penstock.async_producer import AsyncProducer
from penstock.config import MIB, ProducerConfig
from penstock.errors import BufferFullError, InvalidEventError, SpoolError, UndeliveredError
from penstock.producer import Producer
from penstock.shells.threads import ThreadShell
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.gate import Gate
from tests.unit.penstock.on_a_loop import on_a_loop
from tests.unit.penstock.program_server import Ran
from tests.unit.penstock.spool.interruption import interruption
from tests.unit.penstock.spool.leftovers import leave, left_in
from tests.unit.penstock.stub_client import StubClient


def config(spool: Path, **options: Any) -> ProducerConfig:  # noqa: ANN401 - ProducerConfig's, each of its own type
    return ProducerConfig(**{"linger_seconds": 0, "rate_limit_percent": None, "spool": str(spool), **options})


def data_of(stub: StubClient) -> list[bytes]:
    return [event.data for event in stub.stream.events]


class Syncs:
    """Counts the times that the disk is synced, and can fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.failing = False
        self._sync = os.fsync
        monkeypatch.setattr(os, "fsync", self)

    def __call__(self, descriptor: int) -> None:
        self.count += 1
        if self.failing:
            raise OSError(5, "Input/output error")
        self._sync(descriptor)


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> Syncs:
    return Syncs(monkeypatch)


def test_what_the_last_process_left_is_sent_without_anything_being_put(tmp_path: Path) -> None:
    leave(tmp_path, b"1", b"2")
    stub = StubClient(FakeStream())
    with Producer("events", client=stub.client, config=config(tmp_path)) as sdk:
        sdk.flush(30)
        assert sdk.stats().user_records_recovered == 2
    assert data_of(stub) == [b"1", b"2"]
    assert left_in(tmp_path) == []


@on_a_loop
async def test_on_a_loop_too(tmp_path: Path, gate: Gate) -> None:
    leave(tmp_path, b"1", b"2")
    stub = StubClient(FakeStream(), before=gate)
    async with AsyncProducer("events", client=stub.client, config=config(tmp_path)) as sdk:
        assert await asyncio.to_thread(gate.reached.wait, 30)
        gate.opened.set()
        await sdk.put(b"3", partition_key="key")
    assert data_of(stub) == [b"1", b"2", b"3"]
    assert left_in(tmp_path) == []


def test_a_producer_that_is_closed_too_early_leaves_its_events(tmp_path: Path, gate: Gate) -> None:
    stub = StubClient(FakeStream(), before=gate)
    sdk = Producer("events", client=stub.client, config=config(tmp_path))
    future = sdk.put(b"1", partition_key="key")
    sdk.close(0)
    assert isinstance(future.exception(), UndeliveredError)
    assert left_in(tmp_path) == [b"1"]


def test_two_producers_cannot_share_a_spool_until_one_is_closed(tmp_path: Path) -> None:
    stub = StubClient(FakeStream())
    with (
        Producer("events", client=stub.client, config=config(tmp_path)),
        pytest.raises(SpoolError, match="in use by another producer of this process"),
    ):
        Producer("events", client=stub.client, config=config(tmp_path))
    Producer("events", client=stub.client, config=config(tmp_path)).close()


def test_always_syncs_before_put_returns(tmp_path: Path, syncs: Syncs) -> None:
    stub = StubClient(FakeStream())
    with Producer("events", client=stub.client, config=config(tmp_path, spool_fsync="always")) as sdk:
        sdk.put(b"0", partition_key="key")
        for number in range(1, 4):
            before = syncs.count
            sdk.put(b"%d" % number, partition_key="key")
            assert syncs.count == before + 1
        before = syncs.count
        sdk.put_many(UserRecord("key", None, b"%d" % number) for number in range(4, 500))
        assert syncs.count == before + 1
    assert len(data_of(stub)) == 500


@on_a_loop
async def test_always_syncs_before_put_returns_on_a_loop_too(tmp_path: Path, syncs: Syncs) -> None:
    stub = StubClient(FakeStream())
    async with AsyncProducer("events", client=stub.client, config=config(tmp_path, spool_fsync="always")) as sdk:
        await sdk.put(b"0", partition_key="key")
        for number in range(1, 4):
            before = syncs.count
            await sdk.put(b"%d" % number, partition_key="key")
            assert syncs.count == before + 1
        await asyncio.gather(*(sdk.put(b"%d" % number, partition_key="key") for number in range(4, 100)))
        assert syncs.count < before + 50
    assert len(data_of(stub)) == 100


def test_threads_share_syncs(tmp_path: Path, syncs: Syncs) -> None:
    stub = StubClient(FakeStream())
    with Producer("events", client=stub.client, config=config(tmp_path, spool_fsync="always")) as sdk:
        with ThreadPoolExecutor(8) as pool:
            futures = list(pool.map(lambda number: sdk.put(b"%d" % number, partition_key="key"), range(400)))
        assert syncs.count <= 402
    assert all(future.result() for future in futures)
    assert left_in(tmp_path) == []


def test_what_was_put_before_an_error_is_synced_too(tmp_path: Path, syncs: Syncs) -> None:
    stub = StubClient(FakeStream())
    with Producer("events", client=stub.client, config=config(tmp_path, spool_fsync="always")) as sdk:
        sdk.put(b"0", partition_key="key")
        before = syncs.count
        with pytest.raises(InvalidEventError):
            sdk.put_many([UserRecord("key", None, b"1"), UserRecord("", None, b"2")])
        assert syncs.count == before + 1


def test_put_that_is_interrupted_anywhere_leaves_no_lock_held(tmp_path: Path) -> None:
    stub = StubClient(FakeStream())
    sdk = Producer("events", client=stub.client, config=config(tmp_path, spool_fsync="always"))
    for step in range(10_000):
        try:
            with interruption(step, ("penstock/producer.py", "/shells/", "/spool/opening.py")):
                sdk.put(b"1", partition_key="key")
        except KeyboardInterrupt:
            assert sdk._shell.lock.acquire(timeout=5)
            sdk._shell.lock.release()
        else:
            break
    assert step > 2
    sdk.close(30)


class LockTrying(logging.Handler):
    """Does what a handler needs that puts what is logged: takes the producer's lock."""

    def __init__(self) -> None:
        super().__init__()
        self.shell: Future[ThreadShell] = Future()
        self.taken: bool | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if "left there for the next start" in record.getMessage():
            lock = self.shell.result(5).lock
            self.taken = lock.acquire(timeout=5)
            if self.taken:
                lock.release()


def test_the_spool_logs_while_no_lock_is_held(tmp_path: Path, gate: Gate) -> None:
    leave(tmp_path, bytes(2 * MIB), b"small")
    handler = LockTrying()
    logger = logging.getLogger("penstock")
    logger.addHandler(handler)
    try:
        stub = StubClient(FakeStream(), before=gate)
        with Producer("events", client=stub.client, config=config(tmp_path)) as sdk:
            handler.shell.set_result(sdk._shell)
            gate.opened.set()
        assert handler.taken
    finally:
        logger.removeHandler(handler)


def test_put_says_when_the_disk_fails(tmp_path: Path, syncs: Syncs) -> None:
    stub = StubClient(FakeStream())
    with Producer("events", client=stub.client, config=config(tmp_path, spool_fsync="always")) as sdk:
        sdk.put(b"1", partition_key="key")
        syncs.failing = True
        with pytest.raises(SpoolError, match="cannot be synced"):
            sdk.put(b"2", partition_key="key")
        syncs.failing = False
        sdk.put(b"3", partition_key="key")
    assert sorted(data_of(stub)) == [b"1", b"2", b"3"]


def test_put_waits_for_room_on_the_disk_or_says_that_there_is_none(tmp_path: Path, gate: Gate) -> None:
    stub = StubClient(FakeStream(), before=gate)
    options = {"spool_bytes": 4 * MIB, "put_timeout_seconds": 0.0}
    with Producer("events", client=stub.client, config=config(tmp_path, **options)) as sdk:
        for _ in range(4):
            sdk.put(bytes(900_000), partition_key="key")
        with pytest.raises(BufferFullError, match="larger buffer_bytes or spool_bytes"):
            sdk.put(bytes(900_000), partition_key="key")
        gate.opened.set()
        sdk.flush(30)
        sdk.put(bytes(900_000), partition_key="key")
    assert left_in(tmp_path) == []


def test_many_more_events_than_the_disk_holds_pass_through_it(tmp_path: Path) -> None:
    stub = StubClient(FakeStream())
    with Producer("events", client=stub.client, config=config(tmp_path, spool_bytes=4 * MIB)) as sdk:
        sdk.put_many(UserRecord(f"key-{number % 10}", None, bytes(100_000)) for number in range(80))
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 4 * MIB
    assert len(data_of(stub)) == 80
    assert {path.name for path in tmp_path.iterdir()} == {"lock", "stream"}


FORK = """
import os, signal, sys
from penstock import Producer
from penstock.errors import ForkedProducerError, SpoolError
from tests.unit.penstock.stub_client import StubClient

stub = StubClient()
with Producer("events", client=stub.client, spool=sys.argv[1], spool_fsync=FSYNC) as parents:
    parents.put(b"before", partition_key="key").result(timeout=30)
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        code = 1
        try:
            try:
                parents.put(b"data", partition_key="key")
            except ForkedProducerError:
                parents.close()
                try:
                    Producer("events", client=stub.client, spool=sys.argv[1])
                except SpoolError:  # the parent's, still
                    code = 0
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    parents.put(b"after", partition_key="key").result(timeout=30)
assert set(os.listdir(sys.argv[1])) == {"lock", "stream"}
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork")
@pytest.mark.parametrize("fsync", ["always", "interval"])
def test_a_forked_copy_leaves_its_parent_s_spool_alone(tmp_path: Path, run: Callable[[str], Ran], fsync: str) -> None:
    ran = run(FORK.replace("sys.argv[1]", repr(str(tmp_path))).replace("FSYNC", repr(fsync)))
    assert ran.status == 0, ran.stderr


def test_what_is_left_for_one_stream_is_not_sent_to_another(tmp_path: Path) -> None:
    silent = StubClient(before=lambda: (_ for _ in ()).throw(ConnectionError("nobody is there")))
    former = Producer("events", client=silent.client, config=config(tmp_path))
    former.put(b"left", partition_key="key")
    former.close(timeout=0)
    other = StubClient()
    for _ in range(2):
        with pytest.raises(SpoolError, match="holds events for events, not for alarms: use another directory"):
            Producer("alarms", client=other.client, config=config(tmp_path))
    stub = StubClient()
    with Producer("events", client=stub.client, config=config(tmp_path)):
        pass
    assert data_of(stub) == [b"left"]
    assert not data_of(other)
