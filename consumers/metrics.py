"""Metrics: what a function counts, logged for CloudWatch in embedded metric format. `docs/metrics.md` explains each.

CloudWatch bills a metric, which is a name with one set of dimension values, for each hour in which it is logged. So the
only dimension is the function (`service`), but for failed events, which have their reason besides; and what is nearly
always 0 is not logged as 0.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, TypeVar

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

SERVICE: Final = "service"
"""The dimension that Powertools gives every metric: the function, by ``POWERTOOLS_SERVICE_NAME``."""

_Text = TypeVar("_Text", bound=str)


class Metric(NamedTuple):
    """One metric of one function."""

    name: str
    unit: MetricUnit
    rare: bool = False
    """Whether it is logged only where it is not 0."""


class FunctionMetrics:
    """Logs the metrics of one function."""

    def __init__(self, listed: Iterable[Metric]) -> None:
        """Log those that are `listed`; namespace and service are read from the environment, as Powertools does."""
        self._metrics = Metrics()
        self._listed = {metric.name: metric for metric in listed}

    def log(self, values: Mapping[str, float | None]) -> None:
        """Log one invocation's metrics by name, in one line; what is None is not known, and left out.

        Raises:
            KeyError: a name is not listed.
        """
        known = [(self._listed[name], value) for name, value in values.items() if value is not None]
        logged = [(metric, value) for metric, value in known if value or not metric.rare]
        for metric, value in logged:
            self._metrics.add_metric(metric.name, metric.unit, value)
        if logged:
            self._metrics.flush_metrics()

    def log_by(self, dimension: str, name: str, values: Mapping[_Text, float]) -> None:
        """Log a metric once more with another dimension, in a line for each of its values.

        Raises:
            KeyError: the name is not listed.
        """
        unit = self._listed[name].unit
        for text, value in values.items():
            with single_metric(name, unit, value, default_dimensions={SERVICE: self._metrics.service or ""}) as metric:
                metric.add_dimension(dimension, text)
