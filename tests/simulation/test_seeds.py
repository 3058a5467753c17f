"""Fixed seeds of the simulated world, each with all faults: whatever goes wrong, every event is counted once.

`make simulate` runs more of them, and says how a failing one is run alone.
"""

from collections.abc import Iterator

import pytest

from simulation.run import run
from simulation.world.handlers import simulated_handlers

SEEDS = 10
TOGETHER = 5
"""Seeds of one test: so many that its name still says roughly where it failed."""


@pytest.fixture(autouse=True, scope="module")
def _simulated_handlers() -> Iterator[None]:
    with simulated_handlers():
        yield


@pytest.mark.parametrize("first", range(0, SEEDS, TOGETHER))
def test_each_event_is_counted_once_or_found_as_a_failed_event(first: int) -> None:
    failed = {}
    for seed in range(first, first + TOGETHER):
        outcome = run(seed)
        if outcome.violations:
            failed[f"make simulate SEED={seed}"] = outcome.violations
    assert failed == {}
