"""Running a configuration for real, beside what the model says of it under the very same profile."""

from collections.abc import Callable

from load.calibration.calibration import Calibration
from load.configuration import Configuration
from load.model.run import simulate
from load.model.surroundings import Surroundings
from load.model.traffic import Traffic
from load.report.model import Trial
from load.report.settings import planned_settings
from load.runs.producer import producer_of
from load.runs.run import RunOptions, Wish, run
from load.runs.status import Status
from load.runs.target import Target


def trial(
    target: Target,
    configuration: Configuration,
    traffic: Traffic,
    *,
    calibration: Calibration,
    surroundings: Surroundings,
    seed: int,
    show: Callable[[Status], None],
    wish: Wish,
) -> Trial:
    """Run a configuration on a target that has it, and return what came of it.

    Raises:
        LoadError: the generator broke down before anything was measured.
        Exception: of the target's own, if it broke down before that.
    """
    options = RunOptions(
        profile=traffic.profile,
        shape=traffic.shape,
        seed=seed,
        processes=traffic.producers,
        producer=producer_of(configuration),
    )
    report = run(options, target, show=show, wish=wish)
    expected = simulate(traffic, configuration, calibration, surroundings, seed).probed
    simulated = expected.quantiles(0.5, 0.99) if expected.weight else (None, None)
    measured, seconds = report.freshness, report.workload.seconds or 1.0
    return Trial(
        configuration=planned_settings(configuration),
        target=target.name,
        partial=report.partial,
        simulated_p50=simulated[0],
        simulated_p99=simulated[1],
        measured_p50=None if measured is None else measured.p50,
        measured_p99=None if measured is None else measured.p99,
        scheduled_rate=report.events.scheduled / seconds,
        accepted_rate=report.events.accepted_while_measured / seconds,
        findings=tuple(each for each in report.findings if each.kind in ("limit", "overload")),
    )
