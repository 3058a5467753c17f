"""Two reports side by side: what differs, and whether by more than chance.

Each report has its values in blocks, slices of the measured time or seeds. A difference is beyond the noise if chance
alone makes one so large less than once in a hundred times (`load.report.permutations`). Of two runs of one profile, the
slices of the same moment are pairs. Otherwise it must not matter which block is of which report, so a run's slices can
stand beside a model's seeds only while the rate stays the same. Blocks know of the noise within a run. What differs
from run to run, another day's machine, only more runs can tell.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from math import isclose
from statistics import fmean
from typing import Final, NamedTuple

from load.measure.distributions import quantile
from load.measure.recorder import BLOCKS
from load.report.histograms import decoded
from load.report.model import Distribution, Report, Series
from load.report.permutations import dealt, flipped
from load.report.settings import in_force

LEVEL: Final = 0.01
LEAST_BLOCKS: Final = 5
"""Of each report: fewer can't be dealt in enough ways to be sure at `LEVEL`."""

Test = Callable[[Sequence[float], Sequence[float]], float]
"""How likely chance alone separates two sets of values as far."""


class Verdict(StrEnum):
    """Whether a difference is more than chance: beyond the noise, within it, or that is unknown."""

    BEYOND = "beyond"
    WITHIN = "within"
    UNKNOWN = "unknown"


class Difference(NamedTuple):
    """One figure of two reports.

    Attributes:
        name: of the figure.
        unit: ``s`` for times, ``$`` for dollars, otherwise what stands behind a number.
        before, after: its values.
        verdict: on their difference.
    """

    name: str
    unit: str
    before: float
    after: float
    verdict: Verdict

    @property
    def change(self) -> float | None:
        """By how much the second is higher, as a share of the first; None if that is 0."""
        return self.after / self.before - 1 if self.before else None


def compare(before: Report, after: Report) -> list[Difference]:
    """Return the figures that both reports have."""
    test = _test(before, after)
    return [*_latencies(before, after, test), *_rates(before, after, test), *_costs(before, after)]


def unlike(before: Report, after: Report) -> list[str]:
    """Return what the reports were asked for differently, a line each: a difference may be due to that."""
    one, other = _asked(before, after), _asked(after, before)
    # What only one of them could know, as a run its warm-up, the other was not asked.
    return [f"{name}: {one[name]} and {other[name]}" for name in one if name in other and one[name] != other[name]]


def _asked(report: Report, other: Report) -> dict[str, object]:
    """Return what a report was asked for, as far as the other one could have been asked the same."""
    work = report.workload
    asked: dict[str, object] = {"profile": work.profile}
    if report.command == "tune" != other.command:
        asked = {"profile": f"steady {work.peak_rate:g}"}  # the peak is what a tuning's figures are of
    if work.asked_seconds is not None:
        asked["seconds"] = work.asked_seconds
    names = ["peak_rate", "hashtags", "hashtag_values", "hashtag_skew", "keys", "key_skew", "duplicates", "event_bytes"]
    if (report.command == "run") == (other.command == "run"):
        # A model's events have no warm-up and come evenly, and its seed draws other things.
        names += ["warm_up_seconds", "arrivals", "seed"]
    asked |= {name: getattr(work, name) for name in names}
    return asked | in_force(report.configuration) | {"target": report.target}


def _test(before: Report, after: Report) -> Test | None:
    """Return the test that fits what the reports' blocks are; None if none does."""
    runs = [report for report in (before, after) if report.command == "run"]
    if len(runs) == 1 and not isclose(runs[0].workload.mean_rate, runs[0].workload.peak_rate, rel_tol=0.01):
        return None
    one, other = before.workload, after.workload
    alike = one.asked_seconds is not None and (one.profile, one.asked_seconds) == (other.profile, other.asked_seconds)
    return flipped if len(runs) == 2 and alike and not before.partial and not after.partial else dealt


def verdict(before: Sequence[float], after: Sequence[float], test: Test | None) -> Verdict:
    """Tell whether two sets of blocks' values differ by more than chance."""
    if test is None or min(len(before), len(after)) < LEAST_BLOCKS:
        return Verdict.UNKNOWN
    if isclose(fmean(before), fmean(after), rel_tol=1e-12):
        return Verdict.WITHIN
    if test is flipped and not len(before) == len(after) == BLOCKS:
        test = dealt  # a slice without values is in no report, so that nobody knows which are of the same moment
    return Verdict.BEYOND if test(before, after) < LEVEL else Verdict.WITHIN


def _latencies(before: Report, after: Report, test: Test | None) -> Iterator[Difference]:
    pairs = (
        ("freshness", before.freshness, after.freshness),
        ("lists", before.lists, after.lists),
        ("put", before.put, after.put),
    )
    for name, one, other in pairs:
        if one is None or other is None:
            continue
        for shown, fraction in (("p50", 0.5), ("p99", 0.99)):
            found = verdict(_blocks(one, fraction), _blocks(other, fraction), test)
            yield Difference(f"{name} {shown}", "s", getattr(one, shown), getattr(other, shown), found)


def _blocks(distribution: Distribution, fraction: float) -> list[float]:
    return [quantile(decoded(block), fraction) * distribution.scale for block in distribution.blocks]


def _rates(before: Report, after: Report, test: Test | None) -> Iterator[Difference]:
    for name, total in (("accepted", "accepted_while_measured"), ("scheduled", "scheduled")):
        one, other = (getattr(report.events, total) for report in (before, after))
        if before.workload.seconds and after.workload.seconds:
            first, second = (_rate_blocks(report.series, f"{name}_rate") for report in (before, after))
            yield Difference(
                f"{name} events",
                "/s",
                one / before.workload.seconds,
                other / after.workload.seconds,
                verdict(first, second, test),
            )


def _rate_blocks(series: Series | None, name: str) -> list[float]:
    points = [point for point in (series.values.get(name, ()) if series else ()) if point is not None]
    if len(points) < BLOCKS:
        return []
    bounds = [number * len(points) // BLOCKS for number in range(BLOCKS + 1)]
    return [fmean(points[bounds[at] : bounds[at + 1]]) for at in range(BLOCKS)]


def _costs(before: Report, after: Report) -> Iterator[Difference]:
    accepted = [report.events.accepted_while_measured for report in (before, after)]
    if all(accepted) and before.tables and after.tables:
        units = [sum(each.write_units for each in report.tables.values()) for report in (before, after)]
        one, other = units[0] / accepted[0], units[1] / accepted[1]
        yield Difference("write units/event", "", one, other, Verdict.UNKNOWN)
    if before.cost is not None and after.cost is not None:
        yield Difference("cost a month", "$", before.cost.per_month, after.cost.per_month, Verdict.UNKNOWN)
