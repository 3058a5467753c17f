"""What a look promises: a saving, by the probability that the goal is met, or missed by no more than it is already."""

import pytest

from load.configuration import Configuration
from load.model.outcome import Constraint
from load.prices.cost import Cost, Item
from load.prices.table import price_table
from load.tuning.evaluation import Judged, violation
from load.tuning.goal import Goal
from load.tuning.promise import Promise
from load.tuning.space import Place, Space, axis

GOAL = Goal(10)
SPACE = Space((axis("ingest_window_seconds", range(5)), axis("rollup_window_seconds", range(5))), Configuration())
TOGETHER = ((3, 3), (4, 3), (3, 4), (1, 3))
"""Where both windows are open: what axes add by themselves does not tell of the goal's bound."""
PRICE = price_table().prices.custom_metric.model_copy(update={"dollars": 1.0})


def judged(place: Place, used: float) -> Judged:
    """Return what each second of both windows saves alike, and of one alone delays the more the longer it is."""
    freshness = 1.0 + sum(index**2 for index in place)
    limits = {Constraint.BYTES: used}
    bill = Cost((Item("all", 100.0 - 10.0 * sum(place), PRICE),), 1.0)
    return Judged(SPACE.at(place), bill, freshness, limits, violation(freshness, limits, GOAL))


@pytest.mark.parametrize("used", [0.5, 3.9], ids=["the goal can be met", "one shard is hot whatever is chosen"])
def test_most_is_promised_where_something_is_saved_and_the_goal_not_missed_for_it(used: float) -> None:
    seen: dict[Place, Judged] = {
        place: judged(place, used)
        for place in [*((index, 0) for index in range(5)), *((0, index) for index in range(1, 5)), *TOGETHER]
    }
    best = min(seen.values(), key=lambda each: (each.violation, each.month))
    cheaper, dearer, late = (2, 2), (1, 1), (4, 4)

    promised = Promise(SPACE, GOAL, seen).of([cheaper, dearer, late], best)

    assert best.configuration == SPACE.at((3, 0))
    assert promised[cheaper] > 2 * promised[dearer]
    assert promised[cheaper] > 2 * promised[late]


def test_the_more_it_is_doubted_what_is_known_the_more_is_promised_elsewhere() -> None:
    seen: dict[Place, Judged] = {(index, 0): judged((index, 0), 0.5) for index in range(5)}
    promise = Promise(SPACE, GOAL, seen)

    (sure,) = promise.of([(4, 2)], seen[3, 0]).values()
    promise.doubt = 8.0
    (doubted,) = promise.of([(4, 2)], seen[3, 0]).values()

    assert doubted > sure
