"""What becomes of a producer when its process ends; in processes apart, which end."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from threading import Thread

import pytest

from penstock.async_producer import AsyncProducer
from penstock.config import ProducerConfig
from penstock.errors import ConfigurationError
from penstock.producer import Producer
from penstock.shells.life_cycle import drain
from tests.unit.penstock.gate import Gate
from tests.unit.penstock.program_server import Ran
from tests.unit.penstock.stub_client import StubClient

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows does not fork, nor end processes by signals")

Run = Callable[[str], Ran]
KINDS = pytest.mark.parametrize("kind", ["Producer", "AsyncProducer"])

PRELUDE = """
import asyncio, os, signal, sys, threading
from warnings import simplefilter
from penstock import AsyncProducer, Producer, ProducerClosedError
from tests.unit.penstock.stub_client import StubClient

stub = StubClient()
at_the_end.append(lambda: print("delivered", len(stub.stream.events)))

def put(sdk):
    for _ in range(10):
        sdk.put(b"data", partition_key="key")

async def put_async(sdk):
    for _ in range(10):
        await sdk.put(b"data", partition_key="key")

def make(kind, **options):
    return kind("events", client=stub.client, **options)
"""

FORGOTTEN = """
simplefilter("ignore", ResourceWarning)
put(make(Producer, linger_seconds=60))
"""

LOOP_STOPPED = """
loop = asyncio.new_event_loop()
at_the_end.append(loop.close)
sdk = make(AsyncProducer, linger_seconds=60)
loop.run_until_complete(put_async(sdk))
"""

LOOP_IN_A_THREAD = """
loop = asyncio.new_event_loop()
threading.Thread(target=loop.run_forever, daemon=True).start()
sdk = make(AsyncProducer, linger_seconds=60)
asyncio.run_coroutine_threadsafe(put_async(sdk), loop).result()
"""


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("sdk = make(Producer, linger_seconds=60); put(sdk)", id="threads"),
        pytest.param("sdk = make(Producer, linger_seconds=60); put(sdk); sys.exit('over')", id="exception"),
        pytest.param(FORGOTTEN, id="forgotten"),
        pytest.param("sdk = make(AsyncProducer, linger_seconds=60); asyncio.run(put_async(sdk))", id="loop closed"),
        pytest.param(LOOP_STOPPED, id="loop stopped"),
        pytest.param(LOOP_IN_A_THREAD, id="loop in a thread"),
    ],
)
def test_the_interpreter_s_exit_drains_open_producers(run: Run, program: str) -> None:
    ran = run(PRELUDE + program)
    assert ran.stdout == "delivered 10\n", ran.stderr
    assert ran.stderr in ("", "over\n")


@KINDS
def test_the_end_of_a_child_of_multiprocessing_drains_open_producers(run: Run, kind: str) -> None:
    ran = run(
        PRELUDE
        + f"""
from multiprocessing import get_context

def child():
    stub.before = lambda: print("put")
    sdk = make({kind}, linger_seconds=60)
    put(sdk) if {kind} is Producer else asyncio.run(put_async(sdk))
    globals()["kept"] = sdk

process = get_context("fork").Process(target=child)
process.start()
process.join()
assert process.exitcode == 0
"""
    )
    assert ran == (0, "put\ndelivered 0\n", "")


PUT_WHILE_CALLS_HANG = """
stub.before = threading.Event().wait
sdk = make({kind}, linger_seconds=0, close_timeout_seconds=0.05, {options})
asyncio.run(put_async(sdk)) if isinstance(sdk, AsyncProducer) else put(sdk)
"""


@KINDS
def test_calls_that_hang_delay_the_exit_no_longer_than_they_may(run: Run, kind: str) -> None:
    ran = run(PRELUDE + PUT_WHILE_CALLS_HANG.format(kind=kind, options=""))
    assert ran.stdout == "delivered 0\n", ran.stderr
    assert "10 events unacknowledged" in ran.stderr


@KINDS
def test_the_exit_can_be_left_alone(run: Run, kind: str) -> None:
    program = PUT_WHILE_CALLS_HANG.format(kind=kind, options="drain_at_exit=False")
    ran = run(PRELUDE + program + "simplefilter('ignore', ResourceWarning)")
    assert ran == (0, "delivered 0\n", "")


# Forks processes that put without end until SIGTERM comes, each a little later, and looks at what each has delivered.
UNDER_LOAD = """
from tests.unit.penstock.delivery.fake_stream import read

OPTIONS = {{"linger_seconds": 0.001, "rate_limit_percent": None, "drain_on_sigterm": True}}

class Telling(StubClient):
    # Tells of what has arrived, one line a call.
    def __init__(self, to):
        super().__init__()
        self.to = to

    def put_records(self, **request):
        answer = super().put_records(**request)
        for entry in request["Records"]:
            events = read(entry["Data"], entry["PartitionKey"], None)
            self.to.write(b" ".join(event.data for event in events) + b"\\n")
        self.to.flush()
        return answer

def put_on(stub):
    sdk = Producer("events", client=stub.client, **OPTIONS)
    number = 0
    while True:
        sdk.put(b"%d" % number, partition_key="key")
        number += 1

async def put_on_async(stub):
    sdk = AsyncProducer("events", client=stub.client, **OPTIONS)
    number = 0
    while True:
        await sdk.put(b"%d" % number, partition_key="key")
        number += 1

def child(to):
    if {former!r} == "exits":
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(7))
    put_on(Telling(to)) if {kind} is Producer else asyncio.run(put_on_async(Telling(to)))

for round in range(4):
    readable, writable = os.pipe()
    process = os.fork()
    if process == 0:
        status = 99
        try:
            os.close(readable)
            child(os.fdopen(writable, "wb"))
        except SystemExit as exit:
            status = exit.code
        finally:
            os._exit(status)
    os.close(writable)
    delivered = []
    with os.fdopen(readable) as lines:
        for _ in range(round % 3 + 1):
            delivered += map(int, lines.readline().split())
        os.kill(process, signal.SIGTERM)
        for line in lines:
            delivered += map(int, line.split())
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status == (7 if {former!r} == "exits" else -signal.SIGTERM), status
    # Of what was taken, only the end could be missing, and is not: whatever is in the stream's last call was the end.
    assert sorted(set(delivered)) == list(range(max(delivered) + 1)), "events are missing"
"""


@KINDS
@pytest.mark.parametrize("former", ["default", "exits"])
def test_sigterm_drains_and_then_does_what_it_did_before(run: Run, kind: str, former: str) -> None:
    ran = run(PRELUDE + UNDER_LOAD.format(kind=kind, former=former))
    assert ran.status == 0, ran.stderr


def test_sigterm_drains_only_who_asks_for_it_and_takes_effect_at_once_when_nothing_is_open(run: Run) -> None:
    ran = run(
        PRELUDE
        + """
signal.signal(signal.SIGTERM, lambda *_: print("former"))
with make(Producer, drain_on_sigterm=True):
    pass
other = make(Producer, linger_seconds=60)
put(other)
signal.raise_signal(signal.SIGTERM)
assert other.put(b"data", partition_key="key")
"""
    )
    assert ran == (0, "former\ndelivered 11\n", "")


@KINDS
def test_put_waits_for_what_sigterm_does_and_is_refused_if_the_process_goes_on(run: Run, kind: str) -> None:
    ran = run(
        PRELUDE
        + f"""
signal.signal(signal.SIGTERM, lambda *_: print("former"))

async def main():
    for _ in range(2):
        sdk = make({kind}, linger_seconds=60, drain_on_sigterm=True)
        os.kill(os.getpid(), signal.SIGTERM)
        try:
            while True:
                put(sdk) if {kind} is Producer else await put_async(sdk)
        except ProducerClosedError:
            print("closed")
        assert sdk.stats().user_records_received == sdk.stats().user_records_put

asyncio.run(main())
"""
    )
    assert ran.stdout.splitlines()[:-1] == ["former", "closed"] * 2, ran.stderr
    assert ran.status == 0


def test_calls_that_hang_delay_sigterm_no_longer_than_they_may(run: Run) -> None:
    program = PUT_WHILE_CALLS_HANG.format(kind="Producer", options="drain_on_sigterm=True")
    ran = run(PRELUDE + program + "os.kill(os.getpid(), signal.SIGTERM); signal.pause()")
    assert ran.status == -signal.SIGTERM
    assert "10 events unacknowledged" in ran.stderr


def test_producers_are_drained_side_by_side_each_in_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    done: list[tuple[str, float | None]] = []

    class Draining:
        drain_at_exit = drain_on_sigterm = True
        ended = False

        def __init__(self, name: str, close_timeout: float | None) -> None:
            self.name, self.close_timeout = name, close_timeout

        def begin_drain(self, *, terminating: bool) -> None:
            done.append((f"{self.name} begins{' to terminate' if terminating else ''}", None))

        def end_drain(self, timeout: float | None) -> None:
            nonlocal now
            done.append((f"{self.name} ends", timeout))
            now += 3

        def resume(self) -> None:
            raise AssertionError

        def after_fork(self) -> None:
            raise AssertionError

    monkeypatch.setattr(time, "monotonic", lambda: now)
    drain([Draining("a", 4.0), Draining("b", 10.0), Draining("c", 5.0), Draining("d", None)], terminating=False)
    assert done == [
        *((f"{name} begins", None) for name in "abcd"),
        ("a ends", 4.0),
        ("b ends", 7.0),
        ("c ends", 0.0),
        ("d ends", None),
    ]


def test_a_loop_that_stops_while_it_drains_is_taken_over(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.shells.loop._LOOK_SECONDS", 0.01)
    loop = asyncio.new_event_loop()
    running = Thread(target=loop.run_forever)
    running.start()
    sdk = AsyncProducer("events", client=StubClient(before=gate).client, linger_seconds=0, close_timeout_seconds=None)
    future = asyncio.run_coroutine_threadsafe(sdk.put(b"data", partition_key="key"), loop).result(30)
    assert gate.reached.wait(30)
    sdk._shell.begin_drain(terminating=False)
    loop.call_soon_threadsafe(loop.stop)
    running.join(30)
    gate.opened.set()
    ending = Thread(target=sdk._shell.end_drain, args=(None,), daemon=True)
    ending.start()
    ending.join(30)
    assert not ending.is_alive()
    assert future.result()
    loop.close()


def test_draining_on_sigterm_needs_the_main_thread() -> None:
    raised: list[BaseException] = []

    def make() -> None:
        with pytest.raises(ConfigurationError, match="main thread") as error:
            Producer("events", client=StubClient().client, config=ProducerConfig(drain_on_sigterm=True))
        raised.append(error.value)

    thread = Thread(target=make)
    thread.start()
    thread.join(30)
    assert len(raised) == 1
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
