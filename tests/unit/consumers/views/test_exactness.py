"""Whatever the writers, the environments, the tables and the clock do: the lists are what a Counter says."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from consumers.views.windows import Window
from tests.unit.consumers.views.world import World


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
@example(seed=0)
@example(seed=2)  # one that looked first puts last: only the condition keeps its older list out
def test_two_writers_and_two_environments_at_once_end_exact(seed: int) -> None:
    """Segments repeated and late; writes refused, answers lost, environments killed at any call; windows sliding."""
    world = World(seed)
    brought = [segment for segment in world.segments for _ in range(world.random.choice([1, 1, 2]))]
    world.random.shuffle(brought)
    half = len(brought) // 2
    world.scheduler.interleave(
        lambda: world.consume(0, brought[:half]),
        lambda: world.consume(1, brought[half:]),
        lambda: world.refresh(0, 6),
        lambda: world.refresh(1, 6),
    )
    world.settle()
    for window in Window:
        end = window.end(world.now)
        for each in (end, end - window.level.seconds):
            listed = world.stored(window, each)
            assert listed is not None, (window, each)
            assert listed.dimensions == world.expected(window, each), (window, each)
