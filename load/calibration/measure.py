"""Measuring: which batches the handlers are given, in a process of their own."""

import multiprocessing
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Final, NamedTuple

from consumers.counts import DIMENSIONS, empty, encode
from consumers.schedule import Schedule
from load.calibration.batches import Batches, EventShape
from load.calibration.calibration import (
    INGEST_PARTS,
    ROLLUP_PARTS,
    VIEWS_PARTS,
    Calibration,
    Curve,
    FunctionCost,
    LocalTimes,
)
from load.calibration.fit import FitError, Point, fit
from load.calibration.functions import Functions, Measured
from load.calibration.local_times import local_times
from load.errors import LoadError

SIZES: Final = (10, 50, 200, 1_000, 5_000)
"""Events a batch."""
KINDS: Final = (
    (8, EventShape()),
    (8, EventShape(text=500, hashtags=0)),
    (8, EventShape(hashtags=4)),
    (8, EventShape(text=2_000)),
    (1, EventShape()),
    (64, EventShape()),
)
"""Key groups, so that batches of one size make different numbers of segments, and shapes of events."""
AGGREGATES: Final = (None, 51_200)
"""Bytes of an aggregate; None for a record for each event."""
WHOLE_PROCESSOR_MEGABYTES: Final = 1_769.0

_DRAWN: Final = (1, 10, 100, 1_000, 10_000, 100_000)
"""Hashtags drawn for a point of `Calibration.counts`."""


class _Round(NamedTuple):
    ingest: list[Measured]
    rollup: list[Measured]
    views: list[Measured]
    lists: list[tuple[int, int]]
    """Different hashtags counted so far, and bytes of the list."""


def measure(
    rounds: int,
    show: Callable[[str], object] = lambda _: None,
    *,
    sizes: Sequence[int] = SIZES,
    kinds: Sequence[tuple[int, EventShape]] = KINDS,
    local: Callable[[FunctionCost, FunctionCost, Callable[[str], object]], LocalTimes] = local_times,
) -> Calibration:
    """Give the handlers batches of all sizes and kinds, `rounds` times each after one that is not counted.

    `local` measures the local stack; it is told what ingest and rollup cost without their calls. `show` is told how far
    it is.

    Raises:
        LoadError: what was measured tells the parts of the work not apart.
        local.stack.StackError: the local stack can't be started.
    """
    ingest: list[Measured] = []
    rollup: list[Measured] = []
    views: list[Measured] = []
    lists: list[tuple[int, int]] = []
    for number, (groups, shape) in enumerate(kinds):
        show(f"{number} of {len(kinds)} kinds of batches")
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = pool.submit(_run, groups, shape, tuple(sizes), rounds).result()
        ingest += found.ingest
        rollup += found.rollup
        views += found.views
        lists += found.lists
    drawn = list(_counts())
    try:
        costs = [
            _cost(each, parts) for each, parts in ((ingest, INGEST_PARTS), (rollup, ROLLUP_PARTS), (views, VIEWS_PARTS))
        ]
        return Calibration(
            made=f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {rounds} rounds",
            processor=_processor(),
            processor_megabytes=WHOLE_PROCESSOR_MEGABYTES,
            ingest=costs[0],
            rollup=costs[1],
            views=costs[2],
            counts=Curve(at=tuple(at for at, _ in drawn), bytes_there=tuple(size for _, size in drawn)),
            top_list=_curve(lists),
            local=local(costs[0], costs[1], show),
        )
    except FitError as error:
        raise LoadError(f"{error}; measure more kinds of batches") from error


def _run(groups: int, shape: EventShape, sizes: tuple[int, ...], rounds: int) -> _Round:
    """Measure in this process, which has measured nothing before."""
    schedule = '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":' + f'{groups},"buckets":4}}]'
    functions = Functions(Schedule.parse(schedule))
    batches = Batches(shape, seed=groups)
    found = _Round([], [], [], [])
    for aggregate_bytes, events in product(AGGREGATES, sizes):
        measured: list[tuple[Measured, Measured, Measured]] = []
        for _ in range(1 + rounds):
            made = batches.make(events, aggregate_bytes, time.time(), 1.0)
            measured.append((functions.ingest(made), functions.rollup(), functions.views()))
            if size := functions.list_bytes:
                found.lists.append((len(batches.drawn), size))
        counted = measured[1:]
        found.ingest.append(_typical([each for each, _, _ in counted]))
        found.rollup.append(_typical([each for _, each, _ in counted]))
        found.views.append(_typical([each for _, _, each in counted]))
    return found


def _typical(measured: Sequence[Measured]) -> Measured:
    """Return what an invocation of one kind costs: the median, of what it has to do on average."""
    first = measured[0]
    return Measured(
        median(each.seconds for each in measured),
        {part: mean(each.work[part] for each in measured) for part in first.work},
        round(mean(each.calls for each in measured)),
        round(mean(each.logged for each in measured)),
    )


def _cost(measured: Sequence[Measured], parts: Sequence[str]) -> FunctionCost:
    fitted = fit([Point(each.work, each.seconds) for each in measured], parts)
    return FunctionCost(
        seconds=fitted.seconds,
        median_error=fitted.median_error,
        worst_error=fitted.worst_error,
        points=fitted.points,
        logged=mean(each.logged for each in measured),
    )


def _counts() -> Iterator[tuple[int, int]]:
    """Yield numbers of different hashtags, and how large their counts are, drawn by Zipf's law."""
    random = Random(7)
    names = [f"{random.getrandbits(40):x}" for _ in range(50_000)]
    weights = [1 / rank for rank in range(1, 1 + len(names))]
    yield 0, len(encode(_breakdown(1)))
    for drawn in _DRAWN:
        counts = _breakdown(drawn)
        for name in random.choices(names, weights, k=drawn):
            counts["hashtag"][name] = counts["hashtag"].get(name, 0) + 1
        yield len(counts["hashtag"]), len(encode(counts))


def _breakdown(events: int) -> dict[str, dict[str, int]]:
    """Return counts by the dimensions of few values."""
    counts = empty()
    for dimension in DIMENSIONS[1:]:
        counts[dimension] = {f"{dimension}{number}": events // 4 + 1 for number in range(4)}
    return counts


def _curve(points: Sequence[tuple[int, int]]) -> Curve:
    """Return a curve through the averages of neighbouring points."""
    ordered = sorted(points)
    groups = [ordered[at : at + max(len(ordered) // 8, 1)] for at in range(0, len(ordered), max(len(ordered) // 8, 1))]
    averages = {mean(at for at, _ in group): mean(size for _, size in group) for group in groups}
    return Curve(at=tuple(averages), bytes_there=tuple(averages.values()))


def _processor() -> str:
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
