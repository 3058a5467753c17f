"""The watchdog among the threads. When it barks, and what it says, is tested beside it."""

import logging
import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import pytest

from penstock.config import ProducerConfig
from penstock.producer import Producer
from tests.unit.penstock.gate import Gate
from tests.unit.penstock.stub_client import StubClient


class Heard(logging.Handler):
    """Hears the log, and tells when a line with certain words was there."""

    def __init__(self, *words: str) -> None:
        super().__init__()
        self.events = {word: Event() for word in words}

    def emit(self, record: logging.LogRecord) -> None:
        for word, event in self.events.items():
            if word in record.getMessage():
                event.set()

    def wait_for(self, word: str) -> None:
        assert self.events[word].wait(30), f"nobody said {word!r}"


@pytest.fixture
def hear() -> Iterator[Callable[..., Heard]]:
    logger = logging.getLogger("penstock")
    handlers: list[Heard] = []
    level = logger.level
    logger.setLevel(logging.INFO)

    def listen(*words: str) -> Heard:
        handlers.append(Heard(*words))
        logger.addHandler(handlers[-1])
        return handlers[-1]

    yield listen
    logger.setLevel(level)
    for handler in handlers:
        logger.removeHandler(handler)


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the clock run a thousand times as fast: a second has passed after a millisecond."""
    began, monotonic = time.monotonic(), time.monotonic
    monkeypatch.setattr("penstock.shells.threads.time.monotonic", lambda: began + (monotonic() - began) * 1000)


def producer(stub: StubClient, **options: Any) -> Producer:  # noqa: ANN401 - ProducerConfig's, each of its own type
    config = ProducerConfig(linger_seconds=0, put_timeout_seconds=None, close_timeout_seconds=None, **options)
    return Producer("events", client=stub.client, config=config)


@pytest.mark.usefixtures("fast")
def test_a_call_that_hangs_is_told_of_and_its_end_too(gate: Gate, hear: Callable[..., Heard]) -> None:
    heard = hear("1 PutRecords call has no answer yet", "events are acknowledged again")
    with producer(StubClient(before=gate), stall_seconds=1) as sdk:
        future = sdk.put(b"data", partition_key="key")
        heard.wait_for("1 PutRecords call has no answer yet")
        gate.opened.set()
        future.result(timeout=30)
        heard.wait_for("events are acknowledged again")


@pytest.mark.usefixtures("fast")
def test_a_callback_that_blocks_is_told_of(gate: Gate, hear: Callable[..., Heard]) -> None:
    heard = hear("a future's callback has been running")
    with producer(StubClient(), stall_seconds=1) as sdk:
        sdk.put(b"data", partition_key="key").add_done_callback(lambda _: gate())
        sdk.flush()
        heard.wait_for("a future's callback has been running")
        gate.opened.set()


def test_without_a_limit_nothing_is_watched(gate: Gate) -> None:
    with producer(StubClient(before=gate), stall_seconds=None) as sdk:
        sdk.put(b"data", partition_key="key")
        assert gate.reached.wait(30)
        assert sdk._shell._watch.look(1e9) == []
        assert sdk._shell._watch.wake_at(None) is None
        gate.opened.set()


def test_an_idle_producer_s_watchdog_sleeps() -> None:
    with producer(StubClient(), stall_seconds=1) as sdk:
        sdk.put(b"data", partition_key="key").result(timeout=30)
        assert sdk._shell._watch.wake_at(None) is None
