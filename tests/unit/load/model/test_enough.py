"""How many shards are enough, held to what the model says of as many."""

from dataclasses import replace
from functools import partial
from itertools import product

import pytest

from load.calibration.calibration import default_calibration
from load.configuration import CapacityMode, Configuration
from load.model.enough import PLACEMENTS, enough_shards
from load.model.outcome import Constraint
from load.model.overload import overload
from load.model.run import simulate
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.workload.events import EventShape
from load.workload.shapes import spike, steady

SKEWED = EventShape(keys=200, key_skew=1.0)


def most_used(traffic: Traffic, configuration: Configuration, seed: int) -> float:
    used = simulate(traffic, configuration, default_calibration(), AWS, seed).utilisation
    return max(used[Constraint.RECORDS], used[Constraint.BYTES], used[Constraint.READS])


@pytest.mark.parametrize(
    ("traffic", "configuration"),
    [
        (Traffic(steady(9_000, 10), SKEWED), Configuration()),
        (Traffic(steady(15_000, 10), EventShape(keys=200)), Configuration()),
        (Traffic(steady(26_000, 10)), Configuration()),
        (Traffic(spike(100, 9_000, 10)), Configuration()),
        (Traffic(steady(2_500, 10)), Configuration(linger_seconds=0.0)),
    ],
)
def test_so_many_are_overloaded_by_no_draw_and_one_fewer_by_some(
    traffic: Traffic, configuration: Configuration
) -> None:
    draws = range(3, 3 + PLACEMENTS)
    enough = enough_shards(traffic, configuration, draws)
    assert enough is not None

    used = {
        (shards, seed): most_used(traffic, replace(configuration, shards=shards), seed)
        for shards, seed in product((enough, enough - 1), draws)
    }

    assert max(used[enough, seed] for seed in draws) <= 1
    assert max(used[enough - 1, seed] for seed in draws) > 1


@pytest.mark.parametrize("shards", [1, 2, 3, 5])
def test_it_is_the_same_number_whichever_was_too_few(shards: int) -> None:
    traffic = Traffic(steady(9_000, 10), SKEWED)
    told = partial(simulate, traffic, Configuration(shards=shards), default_calibration(), AWS)

    assert list(overload([told(0)], traffic, 0))[-1] == "7 shards would have been enough for this rate"


def test_more_draws_are_taken_than_sixteen_if_there_are_more_seeds() -> None:
    traffic = Traffic(steady(7_000, 10), EventShape(keys=200))
    outcomes = [simulate(traffic, Configuration(shards=1), default_calibration(), AWS, seed) for seed in range(40)]

    assert list(overload(outcomes[:1], traffic, 0))[-1].startswith("3 shards would")
    assert list(overload(outcomes, traffic, 0))[-1].startswith("4 shards would")


@pytest.mark.parametrize(
    ("rate", "shape", "mode"),
    [
        (40_000, EventShape(keys=100, key_skew=1.0), CapacityMode.PROVISIONED),
        (20_000, EventShape(key_skew=3.0), CapacityMode.ON_DEMAND),
        (1_000, EventShape(), CapacityMode.PROVISIONED),
    ],
)
def test_no_number_is_told_where_none_would_do_nobody_can_choose_it_or_none_is_needed(
    rate: float, shape: EventShape, mode: CapacityMode
) -> None:
    traffic = Traffic(steady(rate, 10), shape)
    outcome = simulate(traffic, Configuration(stream_mode=mode), default_calibration(), AWS)

    assert not any("would have been enough" in text for text in overload([outcome], traffic, 0))
