"""The model's speed, and the search next to looking at every configuration of a grid."""

import time
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from math import inf
from typing import Final

from load.calibration.calibration import default_calibration
from load.configuration import Configuration
from load.model.run import simulate
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.prices.table import price_table
from load.tuning.goal import Goal
from load.tuning.search import Search
from load.tuning.space import whole_space
from load.tuning.tune import Tuner
from load.workload.events import EventShape
from load.workload.shapes import steady
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Cell, Column, Report, Table
from tests.benchmarks.tuning.workloads import WORKLOADS, Sought, grid

SIMULATED_SECONDS: Final = 600.0
BUDGET_SHARE: Final = 0.05
PLAN_RATE: Final = 1_000_000
PLAN_SHAPE: Final = EventShape(keys=10_000_000, key_skew=0.5)
"""Of as many authors, none of whom sends more than a shard takes."""
PLAN_BUDGET: Final = 160
"""The command's default."""

LEAST_TIMES: Final = 500.0
MOST_PLAN_SECONDS: Final = 60.0
MOST_DEARER: Final = 1.02
NEAR: Final = 1.02
"""Times the month of what was found, and"""
LATE: Final = 1.25
"""times the goal: what one look finds dearer or later than that does not turn out to be better."""
PROCESSES: Final = 2


def measure(options: Options) -> Report:  # noqa: ARG001 - there is nothing to choose
    """Measure how much faster than real time, how long a plan takes, how far from the best the search ends."""
    times, plan = _times(), _plan()
    rows = [_searched(sought) for sought in WORKLOADS]
    return Report(
        "The load-test CLI's model and search; processor time of one core; the grid by two",
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
                max(_number(row[7]) for row in rows),
                most=MOST_DEARER,
            ),
            Bound(
                "simulated by the search next to a look at all, most",
                max(_number(row[4]) for row in rows),
                most=BUDGET_SHARE,
                form=".3f",
            ),
        ],
    )


_COLUMNS: Final = (
    Column("workload", ""),
    Column("grid", "configurations", ",d"),
    Column("looked_at", "looked at", ",d"),
    Column("confirmed", "of these confirmed", ",d"),
    Column("share", "simulated", ".2%"),
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
    """Return the seconds that a plan takes; infinity if it does not meet its goal."""
    traffic, goal = Traffic(steady(PLAN_RATE, 60), PLAN_SHAPE, producers=100), Goal(10)
    tuner = Tuner(traffic, goal, default_calibration(), AWS, price_table().prices)
    began = time.process_time()
    tuned = tuner.tune(whole_space(traffic, goal), Configuration(), PLAN_BUDGET)
    return time.process_time() - began if tuned.chosen.meets else inf


def _searched(sought: Sought) -> tuple[Cell, ...]:
    """Search, then look at every configuration, and confirm all that may be cheaper than what was found."""
    name, traffic, goal = sought
    space, tuner = grid(traffic, goal), Tuner(traffic, goal, default_calibration(), AWS, price_table().prices)
    search = Search(space, tuner.searching, goal, int(space.size * BUDGET_SHARE), confirm=tuner.confirming)
    found = search.run(space.starts(Configuration()))
    with shown(f"Tuning: {name}", space.size) as progress, ProcessPoolExecutor(PROCESSES) as processes:
        looked = processes.map(tuner.searching, map(space.at, space.places()), chunksize=16)
        everything = [judged for judged, _ in zip(looked, map(progress, count(1)), strict=False)]
        near = [
            judged.configuration
            for judged in everything
            if judged.month < NEAR * found.month and judged.freshness < goal.seconds * LATE
        ]
        confirmed = list(processes.map(tuner.confirming, near, chunksize=4))
    best = min((judged.month for judged in confirmed if judged.meets), default=inf)
    times = found.month / best if found.meets else inf
    looks, sure, share = len(search.judged), len(search.confirmed), search.spent / space.size
    return name, space.size, looks, sure, share, found.month, best, times


def _number(cell: Cell) -> float:
    return float(cell)
