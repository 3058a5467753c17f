"""Three runs of each case on the local stack, and how far off the simulation is."""

import time
from itertools import product
from pathlib import Path
from typing import Final

from load.calibration.calibration import default_calibration, read_calibration
from load.measure.machine import Machine
from load.report.files import read_report, write_report
from load.report.model import Report as LoadReport
from load.runs.local_target import LocalTarget
from load.runs.run import Never, RunOptions
from load.runs.run import run as run_load
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Cell, Column, Report, Table
from tests.benchmarks.truth.cases import CASES, PROBE_SECONDS, SECONDS, WARM_UP_SECONDS, Case
from tests.benchmarks.truth.comparing import MOST_P50, MOST_THROUGHPUT, Compared, compare, counts, is_of

RUNS: Final = 3
CALM: Final = 0.2
"""Of the machine: a run is begun when it has been less busy than that for `CALM_SECONDS`, or has not been for long."""
CALM_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 30.0
_LOGS: Final = Path(".build/local")


def measure(options: Options) -> Report:
    """Make the runs that are missing, while there is time; then compare those there are."""
    folder = options.truth_runs
    folder.mkdir(parents=True, exist_ok=True)
    _run_missing(folder, time.monotonic() + 60 * options.truth_minutes)
    calibration = read_calibration(options.calibration) if options.calibration else default_calibration()
    compared = [compare(case, runs, calibration) for case in CASES if (runs := _runs(folder, case))]
    return Report(
        f"Simulation next to the local stack: {len(compared)} of {len(CASES)} cases, medians of {RUNS} runs; "
        f"{SECONDS:g} s after {WARM_UP_SECONDS:g} s, a probe each {PROBE_SECONDS:g} s",
        [
            Table("freshness", "Freshness, seconds, and throughput, events/s", _COLUMNS, [_row(c) for c in compared]),
        ],
        [
            Bound("runs that count", sum(c.number for c in compared), least=RUNS * len(CASES), form=",d"),
            Bound("p50 off, worst", max((abs(c.p50_off) for c in compared), default=0.0), most=MOST_P50),
            Bound(
                "p99 off, of what is allowed, worst",
                max((abs(c.p99_off) / c.p99_allowed for c in compared), default=0.0),
                most=1.0,
            ),
            Bound(
                "throughput off, worst",
                max((abs(c.throughput_off) for c in compared), default=0.0),
                most=MOST_THROUGHPUT,
                form=",.3f",
            ),
        ],
    )


_COLUMNS: Final = (
    Column("case", ""),
    Column("profile", "profile"),
    Column("settings", "settings"),
    Column("runs", "that count", ",d"),
    Column("busy", "busy", ".0%"),
    Column("p50", "p50", ".2f"),
    Column("p50_simulated", "simulated", ".2f"),
    Column("p50_off", "off", "+.1%"),
    Column("p99", "p99", ".2f"),
    Column("p99_simulated", "simulated", ".2f"),
    Column("p99_off", "off", "+.1%"),
    Column("throughput", "events/s", ".1f"),
    Column("throughput_simulated", "simulated", ".1f"),
    Column("throughput_off", "off", "+.1%"),
)


def _row(compared: Compared) -> list[Cell]:
    case, runs, simulated = compared.case, compared.runs, compared.simulated
    return [
        case.name,
        case.profile.text,
        ", ".join(f"{name} {value}" for name, value in case.settings.items()),
        compared.number,
        compared.busy,
        runs.p50,
        simulated.p50,
        compared.p50_off,
        runs.p99,
        simulated.p99,
        compared.p99_off,
        runs.throughput,
        simulated.throughput,
        compared.throughput_off,
    ]


def _run_missing(folder: Path, deadline: float) -> None:
    """Run what the folder lacks, and what it has that does not count, while there is time.

    What does not count is kept nevertheless, until there is better: the table says how busy the machine was.
    """
    with shown("Truth: runs that count", RUNS * len(CASES)) as progress:
        while missing := [each for each in product(range(RUNS), CASES) if not _counts(_read(folder, *each))]:
            for number, case in missing:
                if not _calm(deadline):
                    return
                found, before = run(case, case.options(number)), _read(folder, number, case)
                if counts(found) or before is None or _busy(found) < _busy(before):
                    write_report(_file(folder, number, case), found)
                progress(RUNS * len(CASES) - len(missing))


def _counts(report: LoadReport | None) -> bool:
    return report is not None and counts(report)


def _busy(report: LoadReport) -> float:
    assert report.generator is not None
    return report.generator.machine_busy or 0.0


def _calm(deadline: float) -> bool:
    """Wait a while until the machine has little to do; tell whether there is time for a run."""
    machine = Machine()
    patience = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        machine.restart()
        time.sleep(CALM_SECONDS)
        if (machine.busy() or 0.0) < CALM or time.monotonic() > patience:
            return True
    return False


def run(case: Case, options: RunOptions) -> LoadReport:
    """Run a case on a stack of its own."""
    target = LocalTarget(case.configuration, _LOGS)
    target.start()
    try:
        return run_load(options, target, show=lambda _: None, wish=Never())
    finally:
        target.stop()


def _runs(folder: Path, case: Case) -> list[LoadReport]:
    return [report for number in range(RUNS) if (report := _read(folder, number, case)) is not None]


def _read(folder: Path, number: int, case: Case) -> LoadReport | None:
    """Return a run that the folder has; none where it has none of the case as it is now."""
    file = _file(folder, number, case)
    if not file.exists():
        return None
    report = read_report(file)
    return report if is_of(report, case, number) else None


def _file(folder: Path, number: int, case: Case) -> Path:
    return folder / f"{CASES.index(case) + 1}-{number + 1}.json"
