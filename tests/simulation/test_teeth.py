"""The proof has teeth: each of these mistakes, made on purpose, is noticed within a few worlds."""

import inspect
from collections.abc import Callable

import pytest

from tests.simulation import mistakes
from tests.simulation.environments import simulate_handlers
from tests.simulation.test_exactly_once import a_run, check

WORLDS = 60
"""Looked at before a mistake is taken for unnoticed."""

MISTAKES = [
    made
    for name, made in inspect.getmembers(mistakes, inspect.isfunction)
    if made.__module__ == mistakes.__name__ and not name.startswith("_")
]


@pytest.mark.parametrize("make", MISTAKES, ids=lambda made: made.__name__)
def test_a_mistake_is_noticed(make: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    simulate_handlers(monkeypatch)
    make(monkeypatch)
    for seed in range(WORLDS):
        try:
            check(a_run(seed, sweeps=seed % 2 == 0))
        except AssertionError:
            return
    pytest.fail(f"in {WORLDS} worlds")
