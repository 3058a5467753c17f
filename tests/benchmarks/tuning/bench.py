"""The model's speed, and the search next to looking at every configuration of a grid."""

import time
from math import inf
from typing import Final

from load.calibration.calibration import default_calibration
from load.configuration import Configuration
from load.model.run import simulate
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.prices.table import price_table
from load.tuning.evaluation import Model
from load.tuning.goal import Goal
from load.tuning.search import Search
from load.tuning.space import whole_space
from load.tuning.tune import Tuner
from load.workload.shapes import steady
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Cell, Column, Report, Table
from tests.benchmarks.tuning.workloads import WORKLOADS, Sought, grid

SIMULATED_SECONDS: Final = 600.0
BUDGET_SHARE: Final = 0.05
PLAN_RATE: Final = 1_000_000
PLAN_BUDGET: Final = 160
"""The command's default."""

LEAST_TIMES: Final = 500.0
MOST_PLAN_SECONDS: Final = 60.0
MOST_DEARER: Final = 1.02


def measure(options: Options) -> Report:  # noqa: ARG001 - there is nothing to choose
    """Measure how much faster than real time, how long a plan takes, how far from the best the search ends."""
    times, plan = _times(), _plan()
    rows = [_searched(sought) for sought in WORKLOADS]
    return Report(
        "The load-test CLI's model and search; processor time of one core",
        [
            Table(
                "speed",
                "Speed",
                (Column("what", ""), Column("figure", "", ",.1f")),
                [
                    ("times real time at 1,000 events/s", times),
                    (f"seconds for a plan of {PLAN_RATE:,} events/s", plan),
                ],
            ),
            Table("search", "Search next to every configuration of the grid", _COLUMNS, rows),
        ],
        [
            Bound("times real time at 1,000 events/s", times, least=LEAST_TIMES),
            Bound(f"seconds for a plan of {PLAN_RATE:,} events/s", plan, most=MOST_PLAN_SECONDS),
            Bound(
                "cost next to the best of the grid, times, worst",
                max(_number(row[5]) for row in rows),
                most=MOST_DEARER,
            ),
            Bound(
                "part of the grid looked at, most", max(_number(row[2]) for row in rows), most=BUDGET_SHARE, form=".3f"
            ),
        ],
    )


_COLUMNS: Final = (
    Column("workload", ""),
    Column("grid", "configurations", ",d"),
    Column("share", "looked at", ".1%"),
    Column("found", "found, $ a month", ",.2f"),
    Column("best", "best", ",.2f"),
    Column("times", "times", ".4f"),
)


def _times() -> float:
    traffic = Traffic(steady(1_000, SIMULATED_SECONDS))
    began = time.process_time()
    simulate(traffic, Configuration(), default_calibration(), AWS)
    return SIMULATED_SECONDS / (time.process_time() - began)


def _plan() -> float:
    traffic, goal = Traffic(steady(PLAN_RATE, 60), producers=100), Goal(10)
    tuner = Tuner(traffic, goal, default_calibration(), AWS, price_table().prices)
    began = time.process_time()
    tuner.tune(whole_space(traffic, goal), Configuration(), PLAN_BUDGET)
    return time.process_time() - began


def _searched(sought: Sought) -> tuple[Cell, ...]:
    """Search, then look at every configuration; what was judged by the search is not judged again."""
    name, traffic, goal = sought
    space = grid(traffic, goal)
    model = Model(traffic, goal, calibration=default_calibration(), surroundings=AWS, prices=price_table().prices)
    search = Search(space, model, goal, int(space.size * BUDGET_SHARE))
    found = search.run(space.starts(Configuration()))
    looked_at = len(search.judged)
    best = inf
    with shown(f"Tuning: {name}", space.size) as progress:
        for number, place in enumerate(space.places()):
            judged = search.judged.get(place) or model(space.at(place))
            best = min(best, judged.month) if judged.meets else best
            progress(number + 1)
    times = found.month / best if found.meets else inf
    return name, space.size, looked_at / space.size, found.month, best, times


def _number(cell: Cell) -> float:
    return float(cell)
