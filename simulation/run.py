"""One run: a seed's world from its beginning to the check of everything that must hold."""

import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from simulation import invariants
from simulation.bounds import highest
from simulation.faults import NAMES
from simulation.trace import Trace
from simulation.views_invariants import of_lists, of_views
from simulation.world.course import VIEWS_SETTLE_SECONDS, Course
from simulation.world.handlers import run_by
from simulation.world.world import World


@dataclass
class Outcome:
    """What came of a run."""

    seed: int
    violations: list[str]
    counts: Counter[str] = field(default_factory=Counter)
    """How often each fault struck."""
    events: int = 0
    """Put by clients."""
    seconds: float = 0.0
    """Simulated."""
    moved: int = 0
    """Keys of ordered producers that changed shards."""
    processor_seconds: float = 0.0
    use: dict[str, float] = field(default_factory=dict)
    """By kind of bound, the highest part of one that was used (`simulation.bounds`)."""


def run(seed: int, allowed: Iterable[str] = NAMES, *, traces: list[Trace] | None = None) -> Outcome:
    """Run a seed with the `allowed` faults. The handlers must be simulated (`simulation.world.handlers`).

    `traces` is given the trace, also of a run that ends with an exception.
    """
    began = time.process_time()
    random.seed(seed)  # of code under simulation that draws from the module's own generator
    directory = Path(tempfile.mkdtemp(prefix="penstock-simulation-", dir=_memory()))
    try:
        world = World(seed, directory, allowed)
        start = world.scheduler.now
        if traces is not None:
            traces.append(world.trace)
        with run_by(world.scheduler):
            try:
                found = _violations(world)
            finally:
                world.end()
    finally:
        shutil.rmtree(directory)
    return Outcome(
        seed,
        found,
        world.faults.counts,
        events=sum(world.accepted.values()),
        seconds=world.scheduler.now - start,
        use=highest(world),
        moved=world.delivery_order.moved,
        processor_seconds=time.process_time() - began,
    )


def _violations(world: World) -> list[str]:
    course = Course(world)
    if not course.send():
        late = [f"client {number}" for number, client in enumerate(world.clients) if not client.done]
        return [f"not everything was sent in time: {', '.join(late) or 'a fault'} has not come to its end"]
    if not course.drain():
        return [f"not everything was acknowledged in time: {course.waiting()}"]
    found: list[str] = []
    if world.kind.has_views:
        course.refresh_views(0.0)
        _compare_views(world, of_lists, found)
        course.refresh_views(VIEWS_SETTLE_SECONDS)
        _compare_views(world, of_views, found)
    if not course.close_all():
        return [f"not all hours and days were closed: {world.table.state()}"]
    world.within(lambda: found.extend(invariants.violations(world)))
    if world.kind.has_views:
        course.refresh_views(VIEWS_SETTLE_SECONDS)
        world.within(lambda: found.extend(of_views(world)))
        world.operations.viewing = False
    return found or course.expire()


def _compare_views(world: World, views: Callable[[World], list[str]], found: list[str]) -> None:
    """Compare views with minutes, unless the trends themselves wait for something that is not due."""
    if not world.view_order.unnoted and not invariants.is_unfinished(world):
        world.within(lambda: found.extend(views(world)))


def _memory() -> str | None:
    """Return where files are in memory, if there is such a place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - the directory made there has a name of its own
