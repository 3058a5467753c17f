"""The search, over judgements that follow a formula: next to looking at every configuration."""

from dataclasses import replace
from itertools import pairwise
from math import inf

import pytest

from load.configuration import Configuration
from load.model.outcome import Constraint
from load.prices.cost import Cost, Item
from load.prices.table import price_table
from load.tuning.evaluation import CONFIRMING_ROUNDS, Judged, violation
from load.tuning.goal import STRATEGIES, Goal
from load.tuning.search import Search
from load.tuning.space import Space, axis

BASE = Configuration()
WORKLOADS = [(200, 15), (1_000, 10), (3_000, 10), (5_000, 8), (20_000, 30)]
"""Events a second, and within how many seconds."""


def grid(rate: int) -> Space:
    least = -(-rate // 2_000)
    return Space(
        (
            axis("shards", tuple(range(least, least + 4))),
            axis("ingest_window_seconds", (0, 1, 2, 4, 8, 15)),
            axis("rollup_window_seconds", (0, 1, 2, 4, 8, 15)),
            axis("views_window_seconds", (1, 3, 6, 12)),
            axis("ingest_memory_megabytes", (256, 512, 1_024, 1_769)),
        ),
        BASE,
    )


class Formula:
    """Judges as the model does, roughly: windows save writes and cost time, memory costs money and saves time."""

    def __init__(self, rate: int, goal: Goal) -> None:
        self.rate = rate
        self.goal = goal
        self.asked = 0

    def confirm(self, chosen: Configuration, _missed: float) -> Judged:
        return replace(self(chosen), rounds=CONFIRMING_ROUNDS)

    def __call__(self, chosen: Configuration) -> Judged:
        self.asked += 1
        ingest, rollup = 0.5 + chosen.ingest_window_seconds, 0.2 + chosen.rollup_window_seconds
        work = 2e-5 * self.rate * ingest / chosen.shards * 1_769 / chosen.ingest_memory_megabytes
        freshness = ingest + rollup + chosen.views_window_seconds + 2 * work + 1
        writes = 0.012 * self.rate + 30 / ingest + 60 / rollup + 10 / chosen.views_window_seconds
        dollars = 1.6 * writes + 11 * chosen.shards + 0.02 * chosen.ingest_memory_megabytes * work / ingest
        used = {Constraint.BYTES: self.rate / 3_300 / chosen.shards, Constraint.FACTOR: work / (ingest + work)}
        price = price_table().prices.custom_metric.model_copy(update={"dollars": 1.0})
        bill = Cost((Item("all", dollars, price),), 1.0)
        return Judged(chosen, bill, freshness, used, violation(freshness, used, self.goal))


class Drifting(Formula):
    """And windows that are no multiples of each other drift past each other: a pair of them is later, and dearer."""

    def __call__(self, chosen: Configuration) -> Judged:
        alone = super().__call__(chosen)
        windows = chosen.ingest_window_seconds, chosen.rollup_window_seconds, chosen.views_window_seconds
        drifting = sum(bool(one and other % one and one % other) for one, other in pairwise(windows))
        freshness = alone.freshness + 0.3 * drifting * max(windows)
        (item,) = alone.cost.items
        bill = replace(alone.cost, items=(replace(item, amount=item.amount * (1 + 0.1 * drifting)),))
        return replace(
            alone, cost=bill, freshness=freshness, violation=violation(freshness, alone.utilisation, self.goal)
        )


class Hot(Formula):
    """And one shard has more bytes than it can take, however many shards there are."""

    def __call__(self, chosen: Configuration) -> Judged:
        alone = super().__call__(chosen)
        used = alone.utilisation | {Constraint.BYTES: 3.9}
        return replace(alone, utilisation=used, violation=violation(alone.freshness, used, self.goal))


@pytest.mark.parametrize("formula", [Formula, Drifting])
@pytest.mark.parametrize(("rate", "seconds"), WORKLOADS)
def test_the_cheapest_of_a_grid_is_found_by_a_twentieth_of_the_looks(
    rate: int, seconds: int, formula: type[Formula]
) -> None:
    goal, space = Goal(seconds), grid(rate)
    judge = formula(rate, goal)
    best = min((each.month for each in map(judge, map(space.at, space.places())) if each.meets), default=inf)
    judge.asked = 0

    found = Search(space, judge, goal, space.size // 20).run(space.starts(BASE))

    assert space.size >= 2_000
    assert found.meets
    assert found.month <= 1.02 * best
    assert judge.asked <= 0.05 * space.size


class Lucky(Formula):
    """And one of five is lucky: it seems a fifth cheaper and fresher than it is."""

    def __call__(self, chosen: Configuration) -> Judged:
        judged = super().__call__(chosen)
        windows = chosen.ingest_window_seconds + chosen.rollup_window_seconds + chosen.views_window_seconds
        if (windows + chosen.shards + chosen.ingest_memory_megabytes) % 5:
            return judged
        (item,) = judged.cost.items
        bill, freshness = replace(judged.cost, items=(replace(item, amount=0.8 * item.amount),)), 0.8 * judged.freshness
        return replace(
            judged, cost=bill, freshness=freshness, violation=violation(freshness, judged.utilisation, self.goal)
        )


@pytest.mark.parametrize(("rate", "seconds"), WORKLOADS)
def test_what_is_best_by_luck_is_found_out(rate: int, seconds: int) -> None:
    goal, space = Goal(seconds), grid(rate)
    truth, lucky = Formula(rate, goal), Lucky(rate, goal)
    best = min((each.month for each in map(truth, map(space.at, space.places())) if each.meets), default=inf)

    believing = Search(space, lucky, goal, space.size // 20).run(space.starts(BASE))
    search = Search(space, lucky, goal, space.size // 20, confirm=truth.confirm)
    found = search.run(space.starts(BASE))

    assert truth(believing.configuration).violation > 0 or believing.month < best
    assert found == truth.confirm(found.configuration, inf)
    assert found.meets
    assert found.month <= 1.05 * best
    assert len(search.confirmed) < len(search.judged)
    assert len(search.judged) + CONFIRMING_ROUNDS * len(search.confirmed) == search.spent <= space.size // 20


def test_no_more_is_judged_than_the_budget_and_nothing_twice() -> None:
    goal, space = Goal(10), grid(1_000)
    judge = Formula(1_000, goal)

    search = Search(space, judge, goal, 12)
    search.run([space.nearest(BASE), space.nearest(replace(BASE, shards=4))])

    assert judge.asked == 12 == len(search.judged)


def test_strategies_weigh_differently() -> None:
    goal, space = Goal(20), grid(1_000)
    found = {
        strategy: Search(space, Formula(1_000, goal), replace(goal, strategy=strategy), 115).run([space.nearest(BASE)])
        for strategy in STRATEGIES
    }

    assert found["cost"].month < found["balanced"].month < found["speed"].month
    assert found["cost"].freshness > found["balanced"].freshness > found["speed"].freshness


def test_an_impossible_goal_ends_nearest_to_it() -> None:
    goal, space = Goal(0.5), grid(1_000)
    judge = Formula(1_000, goal)

    found = Search(space, judge, goal, 115).run([space.nearest(BASE)])

    assert not found.meets
    assert found.freshness == pytest.approx(min(judge(space.at(place)).freshness for place in space.places()), rel=0.01)


@pytest.mark.parametrize(("rate", "seconds"), WORKLOADS[::3])
def test_where_nothing_meets_the_goal_the_cheapest_of_those_that_miss_it_least_is_found(
    rate: int, seconds: int
) -> None:
    goal, space = Goal(seconds), grid(rate)
    judge = Hot(rate, goal)
    best = min((each.violation, each.month) for each in map(judge, map(space.at, space.places())))

    found = Search(space, judge, goal, space.size // 20).run(space.starts(BASE))

    assert not found.meets
    assert found.violation == pytest.approx(best[0])
    assert found.month <= 1.02 * best[1]


def test_a_search_is_the_same_again() -> None:
    goal, space = Goal(10), grid(1_000)
    searches = [Search(space, Drifting(1_000, goal), goal, space.size // 20) for _ in range(2)]
    for search in searches:
        search.run(space.starts(BASE))

    assert list(searches[0].judged) == list(searches[1].judged)


def test_choices_that_do_not_go_together_are_not_looked_at() -> None:
    goal = Goal(60)
    space = Space((axis("pane_seconds", (5, 60)), axis("key_groups", (1, 4_096))), BASE)
    apart = [place for place in space.places() if not space.allows(place)]

    search = Search(space, Formula(1_000, goal), goal, 4)
    search.run([(1, 0)])

    assert apart
    assert not set(apart) & search.judged.keys()


def test_a_space_has_every_combination_and_finds_the_place_of_a_configuration() -> None:
    space = grid(1_000)

    assert space.size == len(set(space.places())) == 2_304
    wanted = Configuration(shards=3, ingest_window_seconds=4, views_window_seconds=12, ingest_memory_megabytes=512)
    assert space.at(space.nearest(wanted)) == replace(wanted, rollup_window_seconds=2)
    # What is not on the grid is next above it, or the last.
    assert space.at(space.nearest(replace(wanted, ingest_window_seconds=5))).ingest_window_seconds == 8
    assert space.at(space.nearest(replace(wanted, shards=99))).shards == 4
