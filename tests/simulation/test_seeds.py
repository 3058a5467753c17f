"""Fixed seeds of the simulated world, each with all faults: whatever goes wrong, every event is counted once.

`make simulate` runs more of them, and says how a failing one is run alone.
"""

import os

import pytest

from simulation.faults import NAMES
from simulation.many import run_all
from simulation.summary import Summary

SEEDS = 200


@pytest.mark.timeout(1_200)
def test_each_event_is_counted_once_or_found_as_a_failed_event() -> None:
    summary = Summary()
    assert not run_all(range(SEEDS), frozenset(NAMES), os.cpu_count() or 1, summary.add)
    assert {f"make simulate SEED={outcome.seed}": outcome.violations for outcome in summary.failed} == {}
    assert summary.runs == SEEDS
    assert summary.events >= 500 * SEEDS
    assert [name for name in NAMES if not summary.counts[name]] == []
