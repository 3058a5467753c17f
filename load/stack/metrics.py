"""CloudWatch's metrics of a deployed stack, minute by minute.

Sources: AWS Lambda Developer Guide, "Types of metrics for Lambda functions"; Amazon Kinesis Data Streams Developer
Guide, "Monitoring with CloudWatch"; Amazon DynamoDB Developer Guide, "DynamoDB metrics and dimensions"; Amazon
CloudWatch User Guide, "Metrics collected by Lambda Insights"; docs/metrics.md for the functions' own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from load.measure.functions import AGES, BATCHES, FUNCTIONS
from load.stack.access import told
from load.stack.description import DescribedStack

if TYPE_CHECKING:
    from boto3.session import Session

MINUTE: Final = 60
"""Seconds; AWS's own metrics are kept no finer."""
QUERIES_A_CALL: Final = 500
"""GetMetricData takes that many (Amazon CloudWatch API Reference)."""
SPREAD: Final = ("Minimum", "p10", "p50", "p90", "p99", "Maximum", "SampleCount")
"""Statistics of which a minute's distribution is put together (`load.stack.spread`)."""


class Wanted(NamedTuple):
    """A statistic of a metric."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str


Found = Mapping[Wanted, Mapping[int, float]]
"""Values by the minute's beginning, in epoch seconds; minutes without any are left out."""


class StackMetrics:
    """The metrics that tell what a load did to a stack.

    Args:
        stack: whose they are.
    """

    def __init__(self, stack: DescribedStack) -> None:
        self._stream = (("StreamName", stack.outputs["StreamName"]),)
        self._functions = {service: stack.resources.get(logical, "") for service, logical in FUNCTIONS.items()}
        self._own = f"Penstock/{stack.name}"
        self.tables: Final = {name: stack.outputs[f"{name}Name"] for name in ("PaneLogTable", "TrendsTable")}
        """Names by logical id."""

    def stream(self, metric: str, statistic: str = "Sum") -> Wanted:
        """Return one of the event stream's."""
        return Wanted("AWS/Kinesis", metric, self._stream, statistic)

    def function(self, service: str, metric: str, statistic: str = "Sum") -> Wanted:
        """Return one that Lambda counts of a function."""
        return Wanted("AWS/Lambda", metric, (("FunctionName", self._functions[service]),), statistic)

    def own(self, service: str, metric: str, statistic: str = "Sum") -> Wanted:
        """Return one that a function logs itself."""
        return Wanted(self._own, metric, (("service", service),), statistic)

    def insights(self, service: str) -> Wanted:
        """Return the most memory that a function used, in megabytes, where Lambda Insights is switched on."""
        dimensions = (("function_name", self._functions[service]),)
        return Wanted("LambdaInsights", "used_memory_max", dimensions, "Maximum")

    def table(self, name: str, metric: str) -> Wanted:
        """Return one of a table's sums."""
        return Wanted("AWS/DynamoDB", metric, (("TableName", self.tables[name]),), "Sum")

    def all(self) -> Iterator[Wanted]:
        """Yield all that a report takes."""
        for metric in ("IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded"):
            yield self.stream(metric)
        for service in FUNCTIONS:
            yield from self._all_of(service)
        for service in FOLLOWED:
            yield self.function(service, "IteratorAge", "Maximum")
        for name in self.tables:
            for metric in (*CONSUMED, *THROTTLED):
                yield self.table(name, metric)
        yield self.own("ingest", "WriteUnits")

    def _all_of(self, service: str) -> Iterator[Wanted]:
        for metric in ("Invocations", "Errors", "Throttles"):
            yield self.function(service, metric)
        yield self.function(service, "ConcurrentExecutions", "Maximum")
        yield self.insights(service)
        for statistic in SPREAD:
            yield self.function(service, "Duration", statistic)
            yield self.own(service, AGES[service], statistic)
            if service in BATCHES:
                yield self.own(service, BATCHES[service], statistic)

    def last_to_come(self) -> tuple[Wanted, ...]:
        """Return those of which each minute of a load has a value, one of each source: when they are there, all are."""
        return (
            self.stream("IncomingRecords"),
            self.function("ingest", "Invocations"),
            self.own("ingest", "WriteUnits"),
            self.table("PaneLogTable", "ConsumedWriteCapacityUnits"),
        )


FOLLOWED: Final = ("ingest", "rollup")
"""Functions whose iterator age says whether the pipeline keeps up; views are told of changes, and skip none."""
CONSUMED: Final = ("ConsumedWriteCapacityUnits", "ConsumedReadCapacityUnits")
THROTTLED: Final = ("WriteThrottleEvents", "ReadThrottleEvents")


def read_metrics(session: "Session", wanted: Sequence[Wanted], begin: int, end: int) -> Found:
    """Return the values of whole minutes from `begin` until before `end`, in epoch seconds.

    Raises:
        InputError: nobody may ask CloudWatch.
        LoadError: it can't be asked.
    """
    found: dict[Wanted, dict[int, float]] = {each: {} for each in wanted}
    with told("read metrics from CloudWatch"):
        client: Any = session.client("cloudwatch")
        for first in range(0, len(wanted), QUERIES_A_CALL):
            asked = wanted[first : first + QUERIES_A_CALL]
            pages = client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=[_query(number, each) for number, each in enumerate(asked)],
                StartTime=datetime.fromtimestamp(begin, UTC),
                EndTime=datetime.fromtimestamp(end, UTC),
                ScanBy="TimestampAscending",
            )
            for page in pages:
                for result in page["MetricDataResults"]:
                    values = found[asked[int(result["Id"].removeprefix("m"))]]
                    for at, value in zip(result["Timestamps"], result["Values"], strict=True):
                        if begin <= (minute := int(at.timestamp()) // MINUTE * MINUTE) < end:
                            values[minute] = value
    return found


def _query(number: int, wanted: Wanted) -> dict[str, Any]:
    metric = {
        "Namespace": wanted.namespace,
        "MetricName": wanted.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in wanted.dimensions],
    }
    return {"Id": f"m{number}", "MetricStat": {"Metric": metric, "Period": MINUTE, "Stat": wanted.statistic}}
