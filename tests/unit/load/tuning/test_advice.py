"""Advice for a stack that runs, and what is printed of it."""

from dataclasses import replace

import pytest

from load.calibration.calibration import default_calibration
from load.commands.showing import tuned_lines
from load.configuration import Configuration
from load.model.outcome import Constraint
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.prices.cost import Cost, Item
from load.prices.table import price_table
from load.tuning.advice import WORTH_IT, Advice, Step, advise
from load.tuning.evaluation import Judged, Model
from load.tuning.goal import Goal, Strategy
from load.tuning.tune import Tuned
from load.workload.shapes import steady

CHEAP = Configuration(shards=1, rollup_window_seconds=3, ingest_memory_megabytes=512)


def model(goal: Goal) -> Model:
    return Model(
        Traffic(steady(500, 60)), goal, calibration=default_calibration(), surroundings=AWS, prices=price_table().prices
    )


def judged(configuration: Configuration, month: float, freshness: float, *, violation: float = 0.0) -> Judged:
    item = Item("all", month, price_table().prices.custom_metric.model_copy(update={"dollars": 1.0}))
    return Judged(configuration, Cost((item,), 1.0), freshness, {Constraint.BYTES: 0.5}, violation)


def advice(now: Judged, chosen: Judged, strategy: Strategy = "cost") -> Advice:
    return Advice(Goal(10, strategy=strategy), now, chosen, ())


def lines(of: Advice) -> list[str]:
    tuned = Tuned(of.goal, of.chosen, (of.chosen,), (of.chosen,), None, None, (), 1, 1)
    return list(tuned_lines(tuned, of.current.configuration, of))


def test_each_step_is_named_with_what_gives_room_first() -> None:
    goal = Goal(12)
    judge = model(goal)
    chosen = judge(CHEAP)
    now = replace(CHEAP, shards=2, ingest_window_seconds=5, rollup_window_seconds=1, ingest_memory_megabytes=256)

    change = advise(now, chosen, goal, judge)

    assert [tuple(step.after) for step in change.steps] == [
        ("ingest_window_seconds",),
        ("ingest_memory_megabytes",),
        ("shards",),
        ("rollup_window_seconds",),
    ]
    assert change.steps[0].before == {"ingest_window_seconds": 5}
    assert change.steps[-1].judged.month == pytest.approx(chosen.month)


def test_a_schedule_is_one_step() -> None:
    goal = Goal(60)
    judge = model(goal)
    # Neither alone would do: an hour of 1 s panes has no room for so many groups.
    now, then = (replace(CHEAP, pane_seconds=pane, key_groups=groups) for pane, groups in ((1, 128), (5, 512)))

    (step,) = advise(now, judge(then), goal, judge).steps

    assert step.after == {"pane_seconds": 5, "key_groups": 512}


def test_what_misses_the_goal_is_to_be_changed_whatever_it_costs() -> None:
    missing, dear = judged(CHEAP, 100.0, 12.0, violation=0.2), judged(CHEAP, 900.0, 9.0)

    assert advice(missing, dear).saving < 0
    assert advice(missing, dear).change
    assert "now               100.00 $ a month     12.00 s   misses the goal" in lines(advice(missing, dear))


@pytest.mark.parametrize(("month", "change"), [(91.0, False), (99.0 - 100 * WORTH_IT, True)])
def test_little_saved_is_not_worth_a_change(month: float, change: bool) -> None:
    now, other = judged(replace(CHEAP, shards=3), 100.0, 9.0), judged(CHEAP, month, 9.0)

    assert advice(now, other).change is change
    assert advice(now, other).configuration == (other if change else now).configuration


@pytest.mark.parametrize(("strategy", "change"), [("cost", False), ("speed", True), ("balanced", True)])
def test_worth_is_what_the_strategy_wants(strategy: Strategy, change: bool) -> None:
    now, fresher = judged(CHEAP, 100.0, 9.0), judged(CHEAP, 110.0, 6.0)

    assert advice(now, fresher, strategy).change is change


def test_to_stay_is_told_with_what_a_change_would_bring() -> None:
    now = judged(CHEAP, 100.0, 9.0)

    less, more = (lines(advice(now, judged(CHEAP, month, 9.0)))[-1] for month in (95.0, 105.0))

    assert less == "stay: the change has 5.0% less cost a month, and less than 10% saved is not worth it"
    assert more.startswith("stay: the change has 5.0% more cost a month")


def test_a_step_that_misses_the_goal_says_so() -> None:
    chosen = judged(CHEAP, 80.0, 9.0)
    steps = (
        Step({"shards": 1}, {"shards": 2}, judged(CHEAP, 110.0, 10.5, violation=0.05)),
        Step({"pane_seconds": 5, "key_groups": 4}, {"pane_seconds": 10, "key_groups": 8}, chosen),
    )

    told = lines(Advice(Goal(10), judged(CHEAP, 100.0, 9.0), chosen, steps))

    assert told[-2:] == [
        "step 1            110.00 $ a month     10.50 s   ShardCount 1 → 2   misses the goal",
        "step 2             80.00 $ a month      9.00 s   pane_seconds 5 → 10, key_groups 4 → 8",
    ]
