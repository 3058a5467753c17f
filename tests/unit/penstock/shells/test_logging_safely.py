"""Programs whose logging raises."""

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from penstock.delivery.core import Delivery
from penstock.delivery.watchdog import Remark
from penstock.errors import UndeliveredError
from penstock.producer import Producer
from penstock.shells.life_cycle import drain
from penstock.shells.logging_safely import log_safely
from penstock.shells.watch import Watch
from tests.unit.penstock.gate import Gate
from tests.unit.penstock.stub_client import StubClient


class RaisingHandler(logging.Handler):
    """Raises, as one does that puts to a closed producer."""

    def emit(self, record: logging.LogRecord) -> None:
        raise RuntimeError(record.getMessage())


@pytest.fixture(autouse=True)
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What logging has raised, as ``threading.excepthook`` was told; all that the SDK logs raises."""
    heard: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: heard.append(str(told.exc_value)))
    handler = RaisingHandler()
    logging.getLogger("penstock").addHandler(handler)
    yield heard
    logging.getLogger("penstock").removeHandler(handler)


def producer(stub: StubClient, **options: Any) -> Producer:  # noqa: ANN401 - ProducerConfig's, each of its own type
    return Producer("events", client=stub.client, **{"linger_seconds": 0, "stall_seconds": None, **options})


def test_what_logging_raises_is_handed_on(heard: list[str]) -> None:
    log_safely(logging.getLogger("penstock").warning, "the %s", "end")
    assert heard == ["the end"]


def test_a_failed_call_that_cannot_be_logged_is_repeated_all_the_same(heard: list[str]) -> None:
    tries: list[int] = []

    def fail_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("cut")

    with producer(StubClient(before=fail_once), backoff_base_seconds=0.001) as sdk:
        threads = threading.active_count()
        assert sdk.put(b"data", partition_key="key").result(timeout=30)
        assert threading.active_count() == threads
    assert len(heard) == 1


def test_a_stall_that_cannot_be_logged_ends_nothing(monkeypatch: pytest.MonkeyPatch, heard: list[str]) -> None:
    remarks = [[Remark(logging.WARNING, "nothing is acknowledged")]]
    monkeypatch.setattr(Watch, "look", lambda *_: remarks.pop() if remarks else [])
    with producer(StubClient()) as sdk:
        assert sdk.put(b"data", partition_key="key").result(timeout=30)
        assert sdk.put(b"data", partition_key="key").result(timeout=30)
    assert heard == ["nothing is acknowledged"]


def test_a_defect_that_cannot_be_logged_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Delivery, __: object, ___: object, ____: float) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr(Delivery, "answer", fail)
    sdk = producer(StubClient())
    assert isinstance(sdk.put(b"data", partition_key="key").exception(timeout=30), UndeliveredError)
    sdk.close()


def test_what_one_producer_says_at_the_end_keeps_no_other_from_its_own(gate: Gate) -> None:
    first = producer(StubClient(before=gate), close_timeout_seconds=0.0)
    second = producer(StubClient())
    futures = [sdk.put(b"data", partition_key="key") for sdk in (first, second)]
    drain([first._shell, second._shell], terminating=False)
    assert isinstance(futures[0].exception(timeout=0), UndeliveredError)
    assert futures[1].result(timeout=0)
