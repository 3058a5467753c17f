"""Lines of embedded metric format are summed by name and dimensions; other lines are not metrics."""

import json
from typing import Any

import pytest

from local.functions.metrics import Metrics


def line(values: dict[str, Any], dimensions: dict[str, str], *sets: list[str]) -> str:
    """A line with the given sets of dimensions, by default one set with all."""
    directive = {
        "Namespace": "Penstock",
        "Dimensions": list(sets) or [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": "Count"} for name in values],
    }
    return json.dumps({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}, **dimensions, **values})


def test_values_are_summed_over_lines() -> None:
    metrics = Metrics()
    assert metrics.record(line({"EventsFolded": [3.0]}, {"service": "ingest"}))
    assert metrics.record(line({"EventsFolded": [4, 5], "SegmentsWritten": 2}, {"service": "ingest"}))
    assert metrics.total("EventsFolded", service="ingest") == 12
    assert metrics.total("SegmentsWritten", service="ingest") == 2


def test_each_set_of_dimensions_is_a_metric_of_its_own() -> None:
    metrics = Metrics()
    metrics.record(line({"FailedEvents": 5}, {"service": "ingest"}))
    metrics.record(line({"FailedEvents": 2}, {"service": "ingest", "reason": "invalid"}))
    metrics.record(line({"FailedEvents": 3}, {"service": "ingest", "reason": "future"}))
    assert metrics.total("FailedEvents", service="ingest") == 5
    assert metrics.total("FailedEvents", service="ingest", reason="future") == 3
    assert metrics.total("FailedEvents") == 0
    assert metrics.by("FailedEvents", "reason") == {"invalid": 2, "future": 3}


def test_a_line_with_several_sets_counts_once_by_a_dimension() -> None:
    metrics = Metrics()
    both = {"service": "ingest", "reason": "invalid"}
    metrics.record(line({"FailedEvents": 2}, both, ["service"], ["service", "reason"]))
    assert metrics.total("FailedEvents", service="ingest") == 2
    assert metrics.by("FailedEvents", "reason") == {"invalid": 2}
    assert metrics.by("FailedEvents", "service") == {"ingest": 2}


def test_a_metric_without_dimensions_has_a_total() -> None:
    metrics = Metrics()
    metrics.record(line({"Starts": 1}, {}))
    assert metrics.total("Starts") == 1


def test_what_was_never_logged_is_zero() -> None:
    assert Metrics().total("Absent", service="x") == 0
    assert Metrics().by("Absent", "reason") == {}


@pytest.mark.parametrize("text", ["", "plain", '{"level": "INFO"}', '{"_aws": 1}', '{"_aws": {', '["_aws"]'])
def test_other_lines_are_not_metrics(text: str) -> None:
    assert not Metrics().record(text)
