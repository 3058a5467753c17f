"""``tune --run``: finalists run for real, beside what the model says of them."""

import signal
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from load.errors import InputError, LoadError

if TYPE_CHECKING:
    from load.configuration import Configuration
    from load.report.model import Trial
    from load.tuning.tune import Tuner

INTERRUPTED = 130


def try_here(configurations: "Sequence[Configuration]", tuner: "Tuner") -> "tuple[list[Trial], bool]":
    """Run configurations on the local stack, one after the other; tell also whether all were.

    Raises:
        InputError: the local stack can't be started.
        LoadError: the generator or the stack broke down.
    """
    from rich.console import Console

    from load.commands.targets import local_target
    from load.model.surroundings import local_stack
    from load.runs.view import make_view
    from load.tuning.trials import trial
    from local.errors import PartFailedError, StackError
    from local.run.interruption import SIGNALS, Interruption

    console = Console(stderr=True, highlight=False)
    found: list[Trial] = []
    for number, configuration in enumerate(configurations, start=1):
        console.print(f"run {number} of {len(configurations)}", highlight=False)
        handlers = {each: signal.getsignal(each) for each in SIGNALS}
        interruption = Interruption()
        try:
            with local_target("local", configuration, console) as target:
                interruption.heed()
                with make_view(console) as view:
                    found.append(
                        trial(
                            target,
                            configuration,
                            tuner.traffic,
                            calibration=tuner.calibration,
                            surroundings=local_stack(tuner.calibration.local),
                            seed=tuner.seed,
                            show=view.show,
                            wish=interruption,
                        )
                    )
        except PartFailedError as error:
            raise LoadError(str(error)) from error
        except StackError as error:
            raise InputError(str(error)) from error
        finally:
            for each, handler in handlers.items():
                signal.signal(each, handler)
        if interruption.wanted:
            return found, False
    return found, True


def trial_lines(trials: "Sequence[Trial]", width: int | None = None) -> Iterator[str]:
    """Yield what came of runs, for a person; the table has at most `width` characters, if that is given."""
    from load.report.fitting import parted
    from load.report.text import UNKNOWN, duration

    def shown(seconds: float | None) -> str:
        return UNKNOWN if seconds is None else duration(seconds)

    rows = [
        [
            f"{number}{' (partial)' if each.partial else ''}",
            shown(each.simulated_p50),
            shown(each.measured_p50),
            shown(each.simulated_p99),
            shown(each.measured_p99),
            f"{each.accepted_rate:,.0f}/s of {each.scheduled_rate:,.0f}/s",
        ]
        for number, each in enumerate(trials, start=1)
    ]
    if not trials:
        return
    yield ""
    yield f"run on the {trials[0].target}; freshness of values, simulated for it and measured:"
    head = ["run", "p50 simulated", "measured", "p99 simulated", "measured", "accepted"]
    yield from parted(head, rows, width)
    for number, each in enumerate(trials, start=1):
        for finding in each.findings:
            yield f"run {number}, {finding.kind}: {finding.text}"
