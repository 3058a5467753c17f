"""What a deployed stack tells of a run, put together from its metrics. Pure."""

from collections.abc import Mapping
from typing import Final

from load.configuration import Configuration
from load.measure.functions import AGES, BATCHES, FUNCTIONS, batch_unit, memory_limit_bytes
from load.report.model import Distribution, Finding, Function, Table, Unit
from load.runs.target import Insides
from load.stack.metrics import CONSUMED, FOLLOWED, MINUTE, SPREAD, THROTTLED, Found, StackMetrics, Wanted
from load.stack.spread import spread

MEGABYTE: Final = 2**20


def insides_of(
    metrics: StackMetrics, found: Found, configuration: Configuration, *, memory: Mapping[str, int], begin: float
) -> Insides:
    """Return what the metrics say.

    Args:
        metrics: names them.
        found: their values, of the measured time.
        configuration: of the stack.
        memory: bytes that functions used at most, by service, where the logs told it.
        begin: of the measured time, in epoch seconds.
    """
    ages: dict[int, float] = {}
    for service in FOLLOWED:
        for minute, milliseconds in found[metrics.function(service, "IteratorAge", "Maximum")].items():
            ages[minute] = max(ages.get(minute, 0.0), milliseconds / 1000)
    return Insides(
        {
            logical: _function(service, metrics, found, configuration, memory.get(service))
            for service, logical in FUNCTIONS.items()
        },
        {
            name: Table(
                write_units=_sum(found, metrics.table(name, CONSUMED[0])),
                read_units=_sum(found, metrics.table(name, CONSUMED[1])),
                throttles=round(sum(_sum(found, metrics.table(name, metric)) for metric in THROTTLED)),
            )
            for name in metrics.tables
        },
        ages=tuple((minute + MINUTE - begin, age) for minute, age in sorted(ages.items())),
        findings=tuple(_findings(metrics, found)),
    )


def _function(
    service: str, metrics: StackMetrics, found: Found, configuration: Configuration, memory: int | None
) -> Function:
    used = found[metrics.insights(service)].values()
    batches = BATCHES.get(service)
    return Function(
        invocations=round(_sum(found, metrics.function(service, "Invocations"))),
        errors=round(_sum(found, metrics.function(service, "Errors"))),
        throttles=round(_sum(found, metrics.function(service, "Throttles"))),
        duration=_spread(found, metrics.function(service, "Duration"), "s", 0.001),
        batch=_spread(found, metrics.own(service, batches), batch_unit(service)) if batches else None,
        iterator_age=_spread(found, metrics.own(service, AGES[service]), "s", 0.001),
        most_at_once=round(max(found[metrics.function(service, "ConcurrentExecutions", "Maximum")].values(), default=0))
        or None,
        memory_bytes=round(max(used) * MEGABYTE) if used else memory,
        memory_limit_bytes=memory_limit_bytes(service, configuration),
    )


def _findings(metrics: StackMetrics, found: Found) -> list[Finding]:
    told = []
    records, size, refused = (
        _sum(found, metrics.stream(metric))
        for metric in ("IncomingRecords", "IncomingBytes", "WriteProvisionedThroughputExceeded")
    )
    if records:
        text = (
            f"CloudWatch counts {records:,.0f} records and {size / 1e6:,.1f} MB into the stream in the whole minutes "
            f"of the measured time, and {refused:,.0f} refused; functions and tables are of the same minutes, with "
            "all that others send"
        )
        told.append(Finding(kind="remark", text=text))
    else:
        text = "CloudWatch has told nothing of the stream: what functions and tables did is not known"
        told.append(Finding(kind="limit", text=text))
    return told


def _spread(found: Found, of: Wanted, unit: Unit, scale: float = 1.0) -> Distribution | None:
    return spread({name: found[of._replace(statistic=name)] for name in SPREAD}, unit, scale=scale)


def _sum(found: Found, wanted: Wanted) -> float:
    return sum(found[wanted].values())
