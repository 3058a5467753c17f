"""What of a search is shown beside the choice."""

from load.configuration import Configuration
from load.model.outcome import Constraint
from load.prices.cost import Cost, Item
from load.prices.table import price_table
from load.tuning.evaluation import Judged, violation
from load.tuning.goal import Goal, Strategy
from load.tuning.search import Search
from load.tuning.shown import FINALISTS, Shown
from load.tuning.space import Space, axis

SHARDS = tuple(range(1, 9))
FIGURES = {
    1: (100.0, 30.0),  # later than twice the goal
    2: (120.0, 15.0),
    3: (130.0, 10.4),
    4: (140.0, 10.4),
    5: (200.0, 9.0),
    6: (210.0, 8.5),
    7: (260.0, 7.9),
    8: (240.0, 8.6),
}
"""Dollars a month and seconds, by shards."""


def shown(strategy: Strategy = "cost") -> Shown:
    goal = Goal(10, strategy=strategy)

    def judge(configuration: Configuration) -> Judged:
        month, seconds = FIGURES[configuration.shards]
        item = Item("all", month, price_table().prices.custom_metric.model_copy(update={"dollars": 1.0}))
        used = {Constraint.BYTES: 0.1}
        return Judged(configuration, Cost((item,), 1.0), seconds, used, violation(seconds, used, goal))

    search = Search(Space((axis("shards", SHARDS),), Configuration()), judge, goal, 100)
    search.run([(number - 1,) for number in SHARDS])
    assert len(search.judged) == len(SHARDS)
    return Shown.of(search)


def test_the_cheapest_that_meets_the_goal_is_first_of_the_finalists() -> None:
    assert [place[0] + 1 for place in shown().finalists] == [5, 6, 8, 7]
    assert len(shown().finalists) == FINALISTS


def test_the_frontier_has_what_nothing_else_is_both_cheaper_and_fresher_than() -> None:
    assert [place[0] + 1 for place in shown().frontier] == [2, 3, 5, 6, 7]


def test_the_next_cheaper_misses_least_and_is_the_dearest_of_these() -> None:
    assert shown().cheaper == (3,)


def test_the_faster_one_is_the_cheapest_that_is_a_tenth_fresher() -> None:
    assert shown().faster == (6,), "8.5 s is no tenth fresher than 9 s"


def test_where_the_freshest_is_chosen_the_next_cheaper_may_meet_the_goal() -> None:
    freshest = shown("speed")

    assert freshest.finalists[0] == (6,)
    assert freshest.cheaper == (7,)
    assert freshest.faster is None
