"""The simulation has teeth: each mistake, made on purpose, is noticed by the seed that is recorded with it.

When the simulation changes, so does what a seed brings about: `make soak` looks for seeds, and names the one to record.
"""

import os
from collections.abc import Iterator

import pytest

from simulation.run import run
from simulation.world.handlers import simulated_handlers
from tests.simulation.mistakes import MISTAKES, consumers, pollers, producers, views

SEEDS = int(os.environ.get("SIMULATIONS", "200"))
"""Looked at before a mistake is taken for unnoticed."""

assert {make.__module__ for make, _ in MISTAKES.values()} == {
    each.__name__ for each in (consumers, pollers, producers, views)
}


@pytest.fixture(autouse=True)
def _simulated_handlers() -> Iterator[None]:
    with simulated_handlers():
        yield


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_noticed_by_its_seed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, seed = MISTAKES[name]
    make(monkeypatch)
    assert run(seed).violations, f"seed {seed} does not notice it any more; make soak names one that does"


@pytest.mark.skipif("SIMULATIONS" not in os.environ, reason="make soak looks for seeds")
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_noticed_within_a_few_worlds(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make, recorded = MISTAKES[name]
    make(monkeypatch)
    noticed = next((seed for seed in range(SEEDS) if run(seed).violations), None)
    assert noticed is not None, f"in {SEEDS} worlds"
    assert run(recorded).violations, f"record seed {noticed}"
