"""Metrics are lines of embedded metric format, with the function as dimension; what is rare is not said to be 0."""

import json
from typing import Any

import pytest
from aws_lambda_powertools.metrics import MetricUnit

from consumers.metrics import FunctionMetrics, Metric

LISTED = (Metric("Often", MetricUnit.Count), Metric("Seldom", MetricUnit.Count, rare=True))


@pytest.fixture
def metrics(monkeypatch: pytest.MonkeyPatch) -> FunctionMetrics:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "ingest")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Penstock/test")
    return FunctionMetrics(LISTED)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_invocation_is_one_line(metrics: FunctionMetrics, capsys: pytest.CaptureFixture[str]) -> None:
    metrics.log({"Often": 3, "Seldom": 2})
    (line,) = lines(capsys)
    assert line["_aws"]["CloudWatchMetrics"] == [
        {
            "Namespace": "Penstock/test",
            "Dimensions": [["service"]],
            "Metrics": [{"Name": "Often", "Unit": "Count"}, {"Name": "Seldom", "Unit": "Count"}],
        }
    ]
    assert (line["service"], line["Often"], line["Seldom"]) == ("ingest", [3.0], [2.0])


def test_a_rare_metric_is_not_logged_as_0_and_none_is_not_known(
    metrics: FunctionMetrics, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics.log({"Often": 0, "Seldom": 0})
    metrics.log({"Often": None, "Seldom": 1})
    metrics.log({"Often": None, "Seldom": 0})
    first, second = lines(capsys)
    assert (first["Often"], "Seldom" in first) == ([0.0], False)
    assert ("Often" in second, second["Seldom"]) == (False, [1.0])


def test_another_dimension_is_a_line_for_each_of_its_values(
    metrics: FunctionMetrics, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics.log_by("reason", "Seldom", {"future": 2, "invalid": 1})
    assert [
        (line["service"], line["reason"], line["Seldom"], line["_aws"]["CloudWatchMetrics"][0]["Dimensions"])
        for line in lines(capsys)
    ] == [("ingest", "future", [2.0], [["service", "reason"]]), ("ingest", "invalid", [1.0], [["service", "reason"]])]


def test_a_metric_that_is_not_listed_is_refused(metrics: FunctionMetrics) -> None:
    with pytest.raises(KeyError, match="Other"):
        metrics.log({"Other": 1})
