"""Against the real SDK of OpenTelemetry, with a reader in memory."""

import sys
from typing import Any

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from penstock.errors import ConfigurationError
from penstock.metrics import OpenTelemetryExporter
from tests.unit.penstock.delivery.fake_stream import LOST
from tests.unit.penstock.metrics.snapshots import HIGH, LOW, Traffic


class Meter:
    """A meter whose metrics can be read."""

    def __init__(self) -> None:
        self._reader = InMemoryMetricReader()
        self._provider = MeterProvider(metric_readers=[self._reader], shutdown_on_exit=False)
        self.exporter = OpenTelemetryExporter(self._provider.get_meter("penstock"))
        self.exporter.begin("events")

    def points(self, name: str) -> dict[tuple[str | None, str | None], Any]:
        """Return a metric's points so far, by shard and error."""
        data = self._reader.get_metrics_data()
        assert data is not None
        [metric] = [
            metric
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
        ]
        points: dict[Any, Any] = {}
        for point in metric.data.data_points:
            attributes = point.attributes or {}
            assert attributes["aws.kinesis.stream_name"] == "events"
            points[attributes.get("aws.kinesis.shard_id"), attributes.get("error.type")] = point
        return points

    def values(self, name: str) -> dict[tuple[str | None, str | None], int]:
        return {key: point.value for key, point in self.points(name).items()}


def test_what_has_a_shard_is_counted_there_and_nothing_twice() -> None:
    traffic, meter = Traffic(), Meter()
    traffic.put(3)
    meter.exporter.export(traffic.snapshot())
    traffic.put(4, HIGH)
    traffic.put(1)
    meter.exporter.export(traffic.snapshot())
    assert meter.values("penstock.user_records.put") == {(LOW, None): 4, (HIGH, None): 4}
    assert meter.values("penstock.user_records.received") == {(None, None): 8}


def test_errors_carry_their_type() -> None:
    traffic, meter = Traffic(), Meter()
    traffic.put(1)
    traffic.throttle_once(LOW)
    traffic.lose_a_call()
    meter.exporter.export(traffic.snapshot())
    assert meter.values("penstock.errors") == {
        (LOW, "ProvisionedThroughputExceededException"): 1,
        (None, LOST.code): 1,
    }


def test_what_is_pending_goes_up_and_down() -> None:
    traffic, meter = Traffic(), Meter()
    traffic.leave_pending(3)
    meter.exporter.export(traffic.snapshot())
    assert meter.values("penstock.user_records.pending") == {(None, None): 3}
    traffic.put(1)
    meter.exporter.export(traffic.snapshot())
    assert meter.values("penstock.user_records.pending") == {(None, None): 0}
    assert meter.values("penstock.buffered") == {(None, None): 0}


def test_distributions_are_histograms() -> None:
    traffic, meter = Traffic(), Meter()
    traffic.put(3)
    traffic.put(5)
    meter.exporter.export(traffic.snapshot())
    meter.exporter.export(traffic.snapshot())
    [point] = meter.points("penstock.user_records_per_kinesis_record").values()
    assert (point.count, point.sum, point.min, point.max) == (2, 8, 3, 5)
    request_time = meter.points("penstock.request_time")[None, None]
    assert request_time.count == traffic.snapshot().calls
    assert {0.1, 1, 10} <= set(request_time.explicit_bounds)


def test_of_very_many_values_an_even_choice_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.metrics.opentelemetry.MOST_RECORDED", 30)
    traffic, meter = Traffic(), Meter()
    for number in range(100):
        traffic.put(1 + 9 * (number % 2))
    meter.exporter.export(traffic.snapshot())
    [point] = meter.points("penstock.user_records_per_kinesis_record").values()
    assert 4 <= point.count <= 6
    assert point.sum / point.count == pytest.approx(5.5, abs=1)
    assert meter.values("penstock.kinesis_records.put") == {(LOW, None): 100}


def test_without_a_meter_the_global_one_is_used() -> None:
    exporter = OpenTelemetryExporter()
    exporter.begin("events")
    exporter.export(Traffic().snapshot())


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'penstock\[opentelemetry\]'"):
        OpenTelemetryExporter()


def test_an_exporter_belongs_to_one_producer() -> None:
    with pytest.raises(ConfigurationError, match="exports events already"):
        Meter().exporter.begin("others")


def test_an_interval_is_above_0() -> None:
    with pytest.raises(ConfigurationError, match="above 0"):
        OpenTelemetryExporter(interval_seconds=0)
