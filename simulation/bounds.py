"""What may fill up, how full it was, and how much it may hold."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from simulation.world.world import World


class Use(NamedTuple):
    """The most that something held in a run."""

    kind: str
    """``buffer``, ``spool`` or ``poller``."""
    name: str
    """Whose it is."""
    most: int
    bound: int
    unit: str


def uses(world: "World") -> Iterator[Use]:
    """Yield the use of each producer's buffer and spool, and of each poller's shards."""
    for client in world.clients:
        for process in client.processes:
            yield Use("buffer", process.name, process.most_held, client.config.buffer_bytes, "bytes")
            yield Use("spool", process.name, process.most_spooled, client.config.spool_bytes, "bytes")
    for mapping in world.mappings:
        yield Use("poller", mapping.name, mapping.most_held, mapping.most_to_hold, "records of a shard")


def highest(world: "World") -> dict[str, float]:
    """Return the highest use of each kind, as a part of its bound."""
    found: dict[str, float] = {}
    for use in uses(world):
        found[use.kind] = max(found.get(use.kind, 0.0), use.most / use.bound)
    return found
