"""The simulation has teeth: each mistake, made on purpose, is noticed by the seed that is recorded with it.

When the simulation changes, so does what a seed brings about: `make soak` looks for seeds, and names the one to record.
"""

import os
from collections.abc import Iterator

import pytest

from simulation.run import run
from simulation.world.handlers import simulated_handlers
from tests.simulation.mistakes import MISTAKES, consumers, keeping, pollers, producers, sweeps, views

SEEDS = int(os.environ.get("SIMULATIONS", "200"))
"""Looked at before a mistake is taken for unnoticed."""

assert {each.make.__module__ for each in MISTAKES.values()} == {
    each.__name__ for each in (consumers, keeping, pollers, producers, sweeps, views)
}


@pytest.fixture(autouse=True)
def _simulated_handlers() -> Iterator[None]:
    with simulated_handlers():
        yield


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_noticed_by_its_seed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake = MISTAKES[name]
    mistake.make(monkeypatch)
    violations = run(mistake.seed).violations
    assert mistake.among(violations), f"seed {mistake.seed} does not notice it any more; make soak names one that does"


@pytest.mark.skipif("SIMULATIONS" not in os.environ, reason="make soak looks for seeds")
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_noticed_within_a_few_worlds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake = MISTAKES[name]
    mistake.make(monkeypatch)
    noticed = next((seed for seed in range(SEEDS) if mistake.among(run(seed).violations)), None)
    assert noticed is not None, f"in {SEEDS} worlds"
    assert mistake.among(run(mistake.seed).violations), f"record seed {noticed}"
