"""A tuning with the model, its goal, its advice and its report."""

from dataclasses import replace
from math import inf

import pytest

from load.calibration.calibration import default_calibration
from load.commands.showing import frontier_lines, tuned_lines
from load.configuration import CapacityMode, Configuration
from load.errors import InputError
from load.model.outcome import Constraint
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.prices.table import price_table
from load.report.comparison import LEAST_BLOCKS
from load.tuning.evaluation import CHANCE, CONFIRMING_ROUNDS, Judged, Model, binding
from load.tuning.goal import Goal
from load.tuning.reporting import tuned_report
from load.tuning.space import Space, axis, least_shards, whole_space
from load.tuning.tune import Tuned, Tuner
from load.workload.events import EventShape
from load.workload.profile import Profile
from load.workload.shapes import diurnal, steady

CALIBRATION, TABLE = default_calibration(), price_table()
SMALL = Space(
    (axis("ingest_window_seconds", (1, 3)), axis("rollup_window_seconds", (1, 3, 30))),
    Configuration(shards=1, ingest_memory_megabytes=512),
)


ENOUGH = SMALL.size * (1 + CONFIRMING_ROUNDS)
"""To look at all of it, and to confirm all of it."""


def model(goal: Goal, profile: Profile | None = None) -> Model:
    traffic = Traffic(profile or steady(500, 60))
    return Model(traffic, goal, calibration=CALIBRATION, surroundings=AWS, prices=TABLE.prices)


@pytest.fixture(scope="module")
def tuner() -> Tuner:
    return Tuner(Traffic(steady(500, 60)), Goal(12), CALIBRATION, AWS, TABLE.prices)


@pytest.fixture(scope="module")
def tuned(tuner: Tuner) -> Tuned:
    return tuner.tune(SMALL, Configuration(), ENOUGH)


def test_the_choice_meets_the_goal_and_nothing_cheaper_does(tuned: Tuned) -> None:
    chosen = tuned.chosen

    assert chosen.meets
    assert chosen.configuration.rollup_window_seconds == 3
    assert tuned.cheaper is not None
    assert tuned.cheaper.configuration.rollup_window_seconds == 30
    assert tuned.evaluated <= tuned.possible == 6


def test_the_frontier_rises_in_cost_and_holds_the_choice(tuned: Tuned) -> None:
    months = [each.month for each in tuned.frontier]

    assert months == sorted(months)
    assert tuned.chosen in tuned.frontier


def test_the_frontier_marks_what_is_chosen_and_why_others_are_not(tuned: Tuned) -> None:
    chosen, goal = tuned.chosen, tuned.goal
    full = replace(chosen, violation=0.1)
    late = replace(chosen, freshness=goal.seconds + 1, violation=0.1)
    other = replace(chosen, violation=0.0)

    marks = [line.split("█ ")[-1] for line in frontier_lines((late, full, chosen, other), chosen, goal)]

    assert marks[:3] == ["misses the goal", "misses the headroom", "◄ chosen"]
    assert marks[3].endswith("█")


def test_where_the_best_were_best_by_luck_others_are_chosen(tuner: Tuner) -> None:
    class Lucky(Tuner):
        """Other draws than the search's find that long windows of rollup miss the goal."""

        @property
        def confirming(self) -> Model:
            judge = super().confirming

            class Sober(Model):
                def __init__(self) -> None:
                    """Judge as the other does."""

                def __call__(self, configuration: Configuration, missed: float = inf) -> Judged:
                    judged = judge(configuration, missed)
                    late = configuration.rollup_window_seconds > 1
                    return replace(judged, freshness=99.0, violation=1.0) if late else judged

            return Sober()

    lucky = Lucky(tuner.traffic, Goal(60), CALIBRATION, AWS, TABLE.prices)

    tuned = lucky.tune(SMALL, Configuration(), ENOUGH)

    assert tuned.chosen.meets
    assert tuned.chosen.configuration.rollup_window_seconds == 1
    assert [each.meets for each in tuned.finalists] == [True, True, False, False]


def test_what_clearly_misses_the_goal_is_confirmed_by_no_more_draws_than_that_takes(tuner: Tuner) -> None:
    late, early = (SMALL.at((0, window)) for window in (2, 0))

    judged = tuner.confirming(late, 0.0)

    assert judged.rounds == 1
    assert judged.violation > CHANCE
    assert tuner.confirming(late, judged.violation).rounds == CONFIRMING_ROUNDS, "it may be the least late there is"
    assert tuner.confirming(early, 0.0).rounds == CONFIRMING_ROUNDS


def test_what_is_shown_beside_the_choice_is_not_what_was_luckiest(tuner: Tuner) -> None:
    class Lucky(Tuner):
        """The search's draws find everything twice as fresh as it is."""

        @property
        def searching(self) -> Model:
            judge = super().searching

            class Hopeful(Model):
                def __init__(self) -> None:
                    """Judge as the other does."""

                def __call__(self, configuration: Configuration, missed: float = inf) -> Judged:
                    judged = judge(configuration, missed)
                    return replace(judged, freshness=judged.freshness / 2, violation=0.0)

            return Hopeful()

    lucky = Lucky(tuner.traffic, tuner.goal, CALIBRATION, AWS, TABLE.prices)

    tuned = lucky.tune(SMALL, Configuration(), ENOUGH)

    assert tuned.cheaper is not None
    assert not tuned.cheaper.meets
    beside = [each for each in (*tuned.finalists, *tuned.frontier, tuned.cheaper, tuned.faster) if each is not None]
    for each in beside:
        assert each.freshness == pytest.approx(tuner.confirming(each.configuration).freshness, rel=0.1)
    assert tuned.faster is None or tuned.faster.freshness < 0.9 * tuned.chosen.freshness


def test_the_choice_says_by_how_many_draws_it_is_late(tuned: Tuned) -> None:
    late = replace(tuned, chosen=replace(tuned.chosen, by_draw=(11.0, 12.5, 12.1, 9.0)))

    assert late.late == "by 2 of 4 draws p99 is later than 12 s, 12.50 s at most"
    assert replace(tuned, chosen=replace(tuned.chosen, by_draw=(11.0, 9.0))).late == ""
    assert f"    {late.late}" in list(tuned_lines(late, Configuration(), None))


def test_what_is_beside_the_choice_says_what_it_misses(tuned: Tuned) -> None:
    chosen = tuned.chosen
    late = replace(chosen, freshness=tuned.goal.seconds + 1, violation=0.1)
    full = replace(chosen, violation=0.1)

    def told(cheaper: Judged, mode: Judged) -> tuple[str, str]:
        lines = list(tuned_lines(replace(tuned, cheaper=cheaper, modes=(mode,)), Configuration(), None))
        return next(line for line in lines if line.startswith("cheaper")), next(
            line for line in lines if line.startswith("modes")
        )

    misses, meets = told(late, full), told(chosen, chosen)
    assert "the next cheaper found, misses the goal:" in misses[0]
    assert misses[1].endswith("tables on-demand, misses the headroom")
    assert "misses" not in "".join(meets)


def test_a_stream_on_demand_has_no_number_of_shards_to_choose() -> None:
    traffic, goal = Traffic(steady(20_000, 60)), Goal(10)
    on_demand, provisioned = (
        {axis.name for axis in whole_space(traffic, goal, Configuration(stream_mode=mode)).axes}
        for mode in (CapacityMode.ON_DEMAND, CapacityMode.PROVISIONED)
    )

    assert provisioned - on_demand == {"shards"}


def test_other_modes_are_priced_beside_the_choice(tuned: Tuned) -> None:
    modes = {(each.configuration.stream_mode, each.configuration.table_mode) for each in tuned.modes}

    assert len(modes) == 3
    assert ("provisioned", "on-demand") not in modes


def test_the_report_tells_the_choice_and_what_is_beside_it(tuned: Tuned, tuner: Tuner) -> None:
    report = tuned_report(tuned, tuner, TABLE)

    assert report.command == "tune"
    assert report.workload.seed == tuner.seed, "as asked for, whatever draws confirmed the choice"
    assert report.tuning is not None
    assert report.tuning.frontier[report.tuning.chosen].configuration["RollupWindowSeconds"] == "3"
    assert report.tuning.goal == "p99 within 12 s, headroom 30%"
    assert report.configuration["RollupWindowSeconds"] == "3"
    assert report.freshness is not None
    assert len(report.freshness.blocks) >= LEAST_BLOCKS, "so that it can be compared"
    [binding] = [finding.text for finding in report.findings if finding.kind == "binding"]
    assert binding.startswith(f"{tuned.binds} binds the choice; of the limits, ")
    assert report.cost is not None
    assert report.cost.usual_per_million is not None
    assert report.cost.usual_per_million > 2 * report.cost.per_million
    assert type(report).model_validate_json(report.model_dump_json()) == report


def test_a_day_is_planned_from_its_peak_and_paid_by_its_mean() -> None:
    goal, configuration = Goal(12), Configuration()
    day, peak, mean = (
        model(goal, profile)(configuration)
        for profile in (diurnal(500, 1_500, 86_400), steady(1_500, 60), steady(1_000, 60))
    )

    assert day.freshness == peak.freshness
    assert day.utilisation == peak.utilisation
    assert mean.month < peak.month
    assert day.month == pytest.approx(mean.month, rel=0.1)


def test_headroom_is_room_in_every_limit() -> None:
    goal = Goal(20, headroom=0.3)
    judge = model(goal, steady(3_000, 60))

    one, two = (judge(Configuration(shards=shards)) for shards in (1, 2))

    assert one.utilisation[Constraint.BYTES] < 1
    assert not one.meets
    assert binding(one, goal) is Constraint.BYTES
    assert two.meets
    assert least_shards(Traffic(steady(3_000, 60)), goal, Configuration()) == 2


def test_what_exceeds_a_limit_binds_before_the_time_that_it_takes() -> None:
    goal = Goal(10)
    judged = model(goal, steady(8_000, 60))(Configuration(shards=1))

    assert judged.freshness / goal.seconds > judged.utilisation[Constraint.BYTES] > 1
    assert binding(judged, goal) is Constraint.BYTES


def test_the_least_shards_leave_room_beside_the_author_with_the_most_events() -> None:
    goal = Goal(20, headroom=0.3)
    even, skewed, one = (
        Traffic(steady(20_000, 60), shape)
        for shape in (EventShape(key_skew=0.01), EventShape(keys=20_000, key_skew=1.0), EventShape(keys=1))
    )

    assert least_shards(even, goal, Configuration()) == 8
    assert 29 <= least_shards(skewed, goal, Configuration()) <= 45, "a tenth of all events are one author's"
    assert least_shards(one, goal, Configuration()) == 8, "no number is enough"


def test_the_least_shards_have_room_wherever_authors_are() -> None:
    traffic, goal = Traffic(steady(20_000, 60)), Goal(30)
    judge = Model(traffic, goal, calibration=CALIBRATION, surroundings=AWS, prices=TABLE.prices)
    least = least_shards(traffic, goal, Configuration())

    enough, fewer = (judge(Configuration(shards=shards)).utilisation[Constraint.BYTES] for shards in (least, least - 2))

    assert enough * 1.3 <= 1 + 1e-9 < fewer * 1.3


def test_the_whole_space_begins_with_the_shards_that_the_peak_needs() -> None:
    space = whole_space(Traffic(steady(20_000, 60)), Goal(10))

    assert space.axes[0].choices[0] == {"shards": 10}
    assert space.size > 1e6
    for place in ((0,) * len(space.axes), tuple(len(each.choices) - 1 for each in space.axes)):
        assert space.at(place)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"seconds": 0}, "the goal is above 0 s"),
        ({"seconds": 5, "percentile": 99}, "percentile is 0.5 to below 1, not 99"),
        ({"seconds": 5, "headroom": -1}, "headroom is 0 to 9"),
    ],
)
def test_goals_that_can_not_be_are_refused(wrong: dict[str, float], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Goal(**wrong)  # type: ignore[arg-type]  # strategy is not among them
