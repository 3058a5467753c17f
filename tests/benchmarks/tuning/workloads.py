"""What is searched for the least money, and the grid that is looked at from end to end."""

from typing import Final, NamedTuple

from load.configuration import Configuration
from load.model.traffic import Traffic
from load.tuning.goal import Goal
from load.tuning.space import Space, axis, least_shards
from load.workload.events import EventShape
from load.workload.shapes import steady

SECONDS: Final = 60.0


class Sought(NamedTuple):
    """One search."""

    name: str
    traffic: Traffic
    goal: Goal


WORKLOADS: Final = (
    Sought("1,000/s within 10 s", Traffic(steady(1_000, SECONDS)), Goal(10)),
    Sought("200/s within 15 s", Traffic(steady(200, SECONDS)), Goal(15)),
    Sought("5,000/s within 8 s", Traffic(steady(5_000, SECONDS)), Goal(8)),
    Sought("3,000/s, skewed authors", Traffic(steady(3_000, SECONDS), EventShape(key_skew=1.1)), Goal(10)),
    Sought("2,000/s of 2 KB within 20 s", Traffic(steady(2_000, SECONDS), EventShape(event_bytes=2_048)), Goal(20)),
)


def grid(traffic: Traffic, goal: Goal) -> Space:
    """Return 2,304 configurations: shards, three windows, memory."""
    base = Configuration()
    shards = least_shards(traffic, goal, base)
    return Space(
        (
            axis("shards", tuple(range(shards, shards + 4))),
            axis("ingest_window_seconds", (0, 1, 2, 4, 8, 15)),
            axis("rollup_window_seconds", (0, 1, 2, 4, 8, 15)),
            axis("views_window_seconds", (1, 3, 6, 12)),
            axis("ingest_memory_megabytes", (256, 512, 1_024, 1_769)),
        ),
        base,
    )
