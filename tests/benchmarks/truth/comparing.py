"""A case's runs next to its simulation."""

from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from load.calibration.calibration import Calibration
from load.measure.judgement import BUSY
from load.model.run import simulate
from load.model.span import Lead
from load.model.spread import Spread
from load.model.surroundings import local_stack
from load.model.traffic import Traffic
from load.report.model import Report
from load.report.settings import settings_of
from load.runs.probing import LOOK_SECONDS
from tests.benchmarks.truth.cases import WARM_UP_SECONDS, Case

SEEDS: Final = 31
"""Simulations for each run of a case: each draws anew where polls and windows stand to each other, as each run does."""

MOST_P50: Final = 0.15
MOST_P99: Final = 0.20
MOST_P99_SECONDS: Final = 0.250
"""Or that, whichever is larger."""
MOST_THROUGHPUT: Final = 0.03


class Figures(NamedTuple):
    """What is compared: freshness in seconds, and events that the stream took in a second."""

    p50: float
    p99: float
    throughput: float


class Compared(NamedTuple):
    """One case."""

    case: Case
    runs: Figures
    """The median of each figure."""
    simulated: Figures
    """Likewise, over seeds."""
    number: int
    """Of runs that count."""
    busy: float
    """The busiest run's part of the machine."""

    @property
    def p50_off(self) -> float:
        """By how much the simulation is off, of what was measured."""
        return self.simulated.p50 / self.runs.p50 - 1

    @property
    def p99_off(self) -> float:
        """Likewise."""
        return self.simulated.p99 / self.runs.p99 - 1

    @property
    def throughput_off(self) -> float:
        """Likewise."""
        return self.simulated.throughput / self.runs.throughput - 1

    @property
    def p99_allowed(self) -> float:
        """By how much the 99th percentile may be off."""
        return max(MOST_P99, MOST_P99_SECONDS / self.runs.p99)


def counts(report: Report) -> bool:
    """Tell whether a run tells of the stack and not of the machine: it came to its end in time, with room to spare."""
    generator = report.generator
    assert generator is not None
    return not report.partial and generator.limit is None and (generator.machine_busy or 0.0) <= BUSY


def is_of(report: Report, case: Case, seed: int) -> bool:
    """Tell whether a report is of a case as it is now, and not of one that was run before it was changed."""
    workload, options = report.workload, case.options(seed)
    asked = (workload.profile, workload.asked_seconds, workload.warm_up_seconds, workload.seed)
    return report.configuration == settings_of(case.configuration) and asked == (
        case.profile.text,
        case.profile.seconds,
        options.warm_up_seconds,
        options.seed,
    )


def measured(report: Report) -> Figures:
    """Return a run's figures."""
    assert report.freshness is not None
    assert report.events.accepted_in_time is not None
    return Figures(report.freshness.p50, report.freshness.p99, report.events.accepted_in_time / report.workload.seconds)


def simulated(
    case: Case,
    calibration: Calibration,
    *,
    answer_seconds: float,
    ready_seconds: float,
    warm_up_seconds: float = WARM_UP_SECONDS,
    seed: int,
) -> Figures:
    """Return what a simulation of a case finds, as probes would whose questions are answered after so long.

    The stack starts `ready_seconds` before the first event is due, and the measured time begins after the warm-up.
    """
    outcome = simulate(
        Traffic(case.profile),
        case.configuration,
        calibration,
        local_stack(calibration.local),
        seed,
        lead=Lead(ready_seconds, warm_up_seconds),
    )
    p50, p99 = as_probes_see(outcome.probed, answer_seconds).quantiles(0.5, 0.99)
    return Figures(p50, p99, outcome.accepted)


def as_probes_see(freshness: Spread, answer_seconds: float) -> Spread:
    """Return when questions find what is visible.

    One is asked `LOOK_SECONDS` after the last one's answer, and tells of what was visible in the midst of its own time.
    """
    seen = Spread()
    for seconds, weight in freshness.steps():
        soonest = seconds + answer_seconds / 2
        seen.add(weight, soonest, soonest + LOOK_SECONDS + answer_seconds)
    return seen


def compare(case: Case, runs: Sequence[Report], calibration: Calibration) -> Compared:
    """Compare a case's runs with simulations that begin as each of them did, as many as tell what depends on chance."""
    answered = median(report.answer.p50 for report in runs if report.answer is not None)
    begun = [report.generator.ready or 0.0 for report in runs if report.generator is not None]
    found = [
        simulated(case, calibration, answer_seconds=answered, ready_seconds=ready, seed=seed)
        for seed in range(SEEDS)
        for ready in begun
    ]
    busy = [report.generator.machine_busy or 0.0 for report in runs if report.generator is not None]
    return Compared(
        case, _middle([measured(report) for report in runs]), _middle(found), sum(map(counts, runs)), max(busy)
    )


def _middle(figures: Sequence[Figures]) -> Figures:
    return Figures(*(median(each) for each in zip(*figures, strict=True)))
