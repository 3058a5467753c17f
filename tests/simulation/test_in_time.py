"""A world that never comes to its end is a violation like any other, not a run that lasts for ever."""

import pytest

from penstock.delivery.answers import Answers
from simulation.run import run
from simulation.world.handlers import simulated_handlers


def test_a_producer_that_learns_nothing_of_its_calls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answers, "take", lambda *_: None)
    with simulated_handlers():
        [violation] = run(1, ()).violations
    assert violation.startswith("not everything was sent in time: client 0, ")
