"""Sums of the metrics that functions log, by name and dimensions.

Functions log metrics as lines of embedded metric format (EMF): JSON whose ``_aws`` names the metrics and which of
its members are dimensions. Source: "Specification: Embedded metric format", Amazon CloudWatch User Guide.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from local.functions.observer import Observer

_Series = tuple[str, frozenset[tuple[str, str]]]


class Metrics:
    """Sums since the stack's start. Safe for threads.

    As in CloudWatch, each set of dimensions is a metric of its own: what was logged with `service` and `reason` is
    not part of the metric with `service` alone, unless the line names both sets.
    """

    def __init__(self, observer: Observer | None = None) -> None:
        """Start with no metric; tell `observer` of each that is logged."""
        self._observer = observer
        self._lock = threading.Lock()
        self._series: defaultdict[_Series, float] = defaultdict(float)
        self._by_dimension: defaultdict[tuple[str, str], defaultdict[str, float]] = defaultdict(
            lambda: defaultdict(float)
        )

    def record(self, line: str) -> bool:
        """Add a log line's metrics; tell whether it was a line of metrics at all."""
        if not line.startswith("{") or '"_aws"' not in line:
            return False
        try:
            found = json.loads(line)
        except ValueError:
            return False
        if not isinstance(found, dict) or not isinstance(found.get("_aws"), dict):
            return False
        metrics = list(_metrics(found))
        self._tell(metrics)
        with self._lock:
            for name, value, sets in metrics:
                for dimensions in sets:
                    self._series[name, frozenset(dimensions.items())] += value
                # A line that names several sets with one dimension says the same thing more than once.
                merged = {key: text for dimensions in sets for key, text in dimensions.items()}
                for key, text in merged.items():
                    self._by_dimension[name, key][text] += value
        return True

    def _tell(self, metrics: list[tuple[str, float, list[dict[str, str]]]]) -> None:
        if self._observer is not None:
            for name, value, sets in metrics:
                for dimensions in sets:
                    if dimensions.keys() == {"service"}:
                        self._observer.measured(dimensions["service"], name, value)

    def total(self, name: str, **dimensions: str) -> float:
        """Return the sum of the metric with exactly these dimensions, 0 where it was never logged."""
        with self._lock:
            return self._series.get((name, frozenset(dimensions.items())), 0.0)

    def by(self, name: str, dimension: str) -> dict[str, float]:
        """Return the sums of a metric by the value of one of its dimensions."""
        with self._lock:
            return dict(self._by_dimension.get((name, dimension), {}))


def _metrics(line: Mapping[str, Any]) -> Iterator[tuple[str, float, list[dict[str, str]]]]:
    """Yield each metric of a line with its value and its sets of dimensions."""
    for directive in line["_aws"].get("CloudWatchMetrics", ()):
        sets = [{key: str(line[key]) for key in keys if key in line} for keys in directive.get("Dimensions", [[]])]
        for metric in directive.get("Metrics", ()):
            name = metric["Name"]
            value = line.get(name, 0)
            yield name, float(sum(value) if isinstance(value, list) else value), sets or [{}]
