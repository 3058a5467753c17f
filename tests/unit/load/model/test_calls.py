"""How long calls take that are made beside each other, and of services that answer one at a time."""

from dataclasses import replace
from random import Random

import pytest

from load.model.calls import Calls
from load.model.surroundings import AWS, Latency

STEADY = Latency(0.01, 0.01)
BESIDE = AWS
ONE_AT_A_TIME = replace(BESIDE, one_at_a_time=True)


def test_calls_at_once_take_the_time_of_one_or_of_all_of_them() -> None:
    assert Calls(BESIDE, Random(0)).seconds(STEADY, in_turn=2, beside=8, at_once=8) == pytest.approx(0.02)
    assert Calls(ONE_AT_A_TIME, Random(0)).seconds(STEADY, in_turn=2, beside=8, at_once=8) == pytest.approx(0.16)


def test_more_than_are_made_at_once_come_in_rounds() -> None:
    assert Calls(BESIDE, Random(0)).seconds(STEADY, in_turn=1, beside=17, at_once=8) == pytest.approx(0.03)
