"""A calibration out of what a deployed function's invocations took, by their log lines. Pure.

Lambda's report says how long an invocation took, the function's own line what it had to do. What it waited for
DynamoDB is taken off as the model adds it (`load.model`), so that both together come to what was reported, whatever
calls really take; the rest is processor time, on the share of a processor that the function's memory buys.

A function's line doesn't tell the bytes of events nor their hashtags: what these cost is in the cost of an event, of
the events that the stack was sent.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, log2
from statistics import fmean, median
from typing import Any, Final

from consumers.ingest.clients import CALLS_AT_ONCE as INGEST_CALLS
from consumers.rollup.environment import CALLS_AT_ONCE as ROLLUP_CALLS
from load.calibration.calibration import INGEST_PARTS, ROLLUP_PARTS, VIEWS_PARTS, FunctionCost
from load.calibration.fit import FitError, Fitted, Point, fit
from load.errors import LoadError
from load.model.applying import STATE_CALLS, VIEWS_CALLS
from load.model.surroundings import AWS
from load.stack.log_lines import Lines, Reported

WHOLE_PROCESSOR_MEGABYTES: Final = 1_769.0
LEAST_SHARE: Final = 0.1
"""Of an invocation's time, that is taken for processor time at least, however long its calls are taken to wait."""
LEAST_INVOCATIONS: Final = 20
GRAIN: Final = 2.0
"""Invocations are alike whose work differs by less than a factor of the square root of 2 in every part; a point of the
fit is the median of such."""


@dataclass(frozen=True, slots=True)
class _Kind:
    parts: Sequence[str]
    """Of the calibration."""
    told: tuple[tuple[str, ...], ...]
    """Parts that log lines tell of, and fewer of them for invocations that don't tell these apart."""
    work: Callable[[Mapping[str, Any]], dict[str, float]]
    waited: Callable[[Mapping[str, Any]], float]


def cost_from(service: str, lines: Lines) -> FunctionCost:
    """Return what a function's invocations cost.

    Args:
        service: ``ingest``, ``rollup`` or ``views``.
        lines: its log lines.

    Raises:
        LoadError: they tell of too few invocations, or not what each part of the work costs.
    """
    kind = _KINDS[service]
    points = list(_points(lines, kind))
    found = sum(request in lines.said for request in lines.reported)
    if found < LEAST_INVOCATIONS:
        raise LoadError(
            f"the logs of {service} tell of {found:,} whole invocations, too few: {len(lines.said):,} lines of its "
            f"own, {len(lines.reported):,} reports of Lambda; deploy with SystemLogLevel=INFO, send a load, and wait a "
            "minute"
        )
    fitted = _fitted(points, kind, service)
    return FunctionCost(
        seconds={part: fitted.seconds.get(part, 0.0) for part in kind.parts},
        median_error=fitted.median_error,
        worst_error=fitted.worst_error,
        points=fitted.points,
        logged=lines.logged / max(len(lines.said), 1),
    )


def _fitted(points: list[Point], kind: _Kind, service: str) -> Fitted:
    for parts in kind.told:
        try:
            return fit(points, parts)
        except FitError:
            continue
    raise LoadError(
        f"all invocations of {service} are too much alike to tell what their work costs: send loads of several rates, "
        "by run --profile ramp:…, for instance"
    )


def _points(lines: Lines, kind: _Kind) -> Iterator[Point]:
    """Yield a point for each kind of invocations that are alike."""
    alike: defaultdict[tuple[int, ...], list[tuple[dict[str, float], float]]] = defaultdict(list)
    for request, reported in lines.reported.items():
        said = lines.said.get(request)
        if said is None or reported.first or said.get("errors"):
            continue
        work = kind.work(said)
        place = tuple(round(GRAIN * log2(1 + amount)) for amount in work.values())
        alike[place].append((work, _processor_seconds(reported, kind.waited(said))))
    for each in alike.values():
        work = {part: fmean(one[part] for one, _ in each) for part in each[0][0]}
        yield Point(work, median(seconds for _, seconds in each))


def _processor_seconds(reported: Reported, waited: float) -> float:
    busy = max(reported.seconds - waited, LEAST_SHARE * reported.seconds)
    return busy * min(reported.megabytes / WHOLE_PROCESSOR_MEGABYTES, 1.0)


def _ingest_work(said: Mapping[str, Any]) -> dict[str, float]:
    put = float(said["segments"]) + float(said["refused"])
    return {"batch": 1.0, "record": float(said["records"]), "event": float(said["events"]), "segment": put}


def _ingest_waited(said: Mapping[str, Any]) -> float:
    put = int(said["segments"]) + int(said["refused"])
    rounds = ceil(put / INGEST_CALLS) + (1 if said["read_units"] else 0)
    return rounds * AWS.log.typical(min(put, INGEST_CALLS))


def _rollup_work(said: Mapping[str, Any]) -> dict[str, float]:
    return {"batch": 1.0, "segment": float(said["segments"]), "unit": float(said["write_units"])}


def _rollup_waited(said: Mapping[str, Any]) -> float:
    written = int(said["buckets_written"])
    rounds = ceil(written / ROLLUP_CALLS)
    return STATE_CALLS * AWS.trends.typical(1) + rounds * AWS.trends.typical(min(written, ROLLUP_CALLS))


def _views_work(said: Mapping[str, Any]) -> dict[str, float]:
    return {"batch": 1.0, "read": float(said["read_units"]), "unit": float(said["write_units"])}


def _views_waited(_said: Mapping[str, Any]) -> float:
    return VIEWS_CALLS * AWS.trends.typical(1)


_KINDS: Final = {
    "ingest": _Kind(
        INGEST_PARTS,
        (("batch", "record", "event", "segment"), ("batch", "event", "segment"), ("batch", "event")),
        _ingest_work,
        _ingest_waited,
    ),
    "rollup": _Kind(ROLLUP_PARTS, (ROLLUP_PARTS, ("batch", "unit")), _rollup_work, _rollup_waited),
    "views": _Kind(VIEWS_PARTS, (VIEWS_PARTS, ("batch", "unit")), _views_work, _views_waited),
}
