import asyncio
import logging
from threading import Event

import pytest

from penstock.async_producer import AsyncProducer
from penstock.delivery.statistics import Statistics
from penstock.producer import Producer
from penstock.shells.reports import Reports
from tests.unit.penstock.metrics.snapshots import Traffic
from tests.unit.penstock.on_a_loop import on_a_loop
from tests.unit.penstock.stub_client import StubClient


class Collector:
    """An exporter that keeps what it is given, and can be made to fail or to block."""

    def __init__(self, interval_seconds: float = 1000.0) -> None:
        self.interval_seconds = interval_seconds
        self.stream_name = ""
        self.exported: list[Statistics] = []
        self.failures = 0
        self.twice = Event()

    def begin(self, stream_name: str) -> None:
        self.stream_name = stream_name

    def export(self, statistics: Statistics) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("no room on the disk")
        self.exported.append(statistics)
        if len(self.exported) == 2:
            self.twice.set()


def test_the_last_snapshot_is_exported_at_the_end_once() -> None:
    collector, snapshot = Collector(), Traffic().snapshot()
    reports = Reports(collector, "events", lambda: pytest.fail("nobody asked"))
    reports.end(snapshot)
    reports.end(snapshot)
    assert collector.exported == [snapshot]


def test_snapshots_are_exported_at_intervals() -> None:
    collector, snapshot = Collector(interval_seconds=0.001), Traffic().snapshot()
    reports = Reports(collector, "events", lambda: snapshot)
    assert collector.twice.wait(30)
    reports.end(snapshot)


def test_an_export_that_fails_is_logged_and_the_next_comes(caplog: pytest.LogCaptureFixture) -> None:
    collector, snapshot = Collector(interval_seconds=0.001), Traffic().snapshot()
    collector.failures = 1
    reports = Reports(collector, "events", lambda: snapshot)
    assert collector.twice.wait(30)
    reports.end(snapshot)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "could not be exported; delivery goes on" in caplog.text


def test_what_is_not_to_be_had_is_not_exported() -> None:
    asked = Event()

    def busy() -> None:
        asked.set()

    collector = Collector(interval_seconds=0.001)
    reports = Reports(collector, "events", busy)
    assert asked.wait(30)
    reports.end(Traffic().snapshot())
    assert len(collector.exported) == 1


def test_an_export_that_hangs_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("penstock.shells.reports.GRACE_SECONDS", 0.0)
    reached, released = Event(), Event()
    collector, snapshot = Collector(interval_seconds=0.001), Traffic().snapshot()

    def hang(_: Statistics) -> None:
        reached.set()
        assert released.wait(30)

    monkeypatch.setattr(collector, "export", hang)
    reports = Reports(collector, "events", lambda: snapshot)
    assert reached.wait(30)
    reports.end(snapshot)
    released.set()
    assert "the last export still runs" in caplog.text


def test_without_an_exporter_there_is_nothing_to_end() -> None:
    Reports(None, "events", lambda: pytest.fail("nobody asked")).end(Traffic().snapshot())


def test_a_producer_exports_once_more_when_it_is_closed() -> None:
    collector = Collector()
    arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/events"
    with Producer(arn, client=StubClient().client, metrics=collector) as sdk:
        sdk.put(b"data", partition_key="key")
        assert collector.exported == []
    [statistics] = collector.exported
    assert (collector.stream_name, statistics.user_records_put) == ("events", 1)


@on_a_loop
async def test_an_async_producer_exports_at_intervals_and_once_more_at_its_end() -> None:
    collector = Collector(interval_seconds=0.001)
    async with AsyncProducer("events", client=StubClient().client, metrics=collector) as sdk:
        await (await sdk.put(b"data", partition_key="key"))
        assert await asyncio.to_thread(collector.twice.wait, 30)
    assert collector.exported[-1].user_records_put == 1
    assert collector.exported[-1].user_records_pending == 0


def test_an_async_producer_that_no_loop_runs_exports_nothing() -> None:
    collector = Collector()
    sdk = AsyncProducer("events", client=StubClient().client, metrics=collector)
    assert sdk._shell._statistics_elsewhere() is None
    asyncio.run(sdk.close())
    assert len(collector.exported) == 1
