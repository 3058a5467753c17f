"""What the checks at the end of a run look at."""

from pathlib import Path

import pytest

from consumers.schedule import DAY
from consumers.tables import Level
from consumers.trends.item import BucketItem
from simulation.invariants import held
from simulation.world.world import World


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("days", [-400, 400])
def test_counts_are_found_where_nothing_was_sent(tmp_path: Path, level: Level, days: int) -> None:
    world = World(1, tmp_path, allowed=())
    start = level.floor(world.scheduler.now) + days * DAY
    blank = BucketItem.blank(level, start, 0, positions=1, expires_at=start)
    world.table.put(blank.succeeded_by({"hashtag": {"rivers": 1}}, (1,), None))
    found = held(world, level)
    world.end()
    assert {at: counts["hashtag"] for at, counts in found.items()} == {start: {"rivers": 1}}
