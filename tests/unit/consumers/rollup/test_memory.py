"""Memory is bounded by values, and the longest unused goes first."""

from consumers.counts import empty
from consumers.rollup.memory import Memory
from consumers.tables import Level
from consumers.trends.item import BucketItem


def an_item(minute: int, values: int) -> BucketItem:
    blank = BucketItem.blank(Level.MINUTE, minute, 0, positions=1, expires_at=1)
    return blank.succeeded_by(empty() | {"hashtag": {str(n): 1 for n in range(values)}}, (1,), 1)


def test_what_is_remembered_is_found_until_forgotten() -> None:
    memory = Memory(100)
    item = an_item(0, 9)
    memory.remember(item)
    assert memory.get(0, 0) is item
    assert memory.get(0, 1) is None
    memory.forget(0, 0)
    memory.forget(0, 0)
    assert memory.get(0, 0) is None


def test_the_longest_unused_is_forgotten_first() -> None:
    memory = Memory(30)
    for minute in (0, 60, 120):
        memory.remember(an_item(minute, 9))
    memory.get(0, 0)
    memory.remember(an_item(180, 9))
    assert [minute for minute in (0, 60, 120, 180) if memory.get(minute, 0)] == [0, 120, 180]


def test_a_newer_revision_takes_the_place_of_the_older() -> None:
    memory = Memory(30)
    for values in range(25):
        memory.remember(an_item(0, values))
    assert len(memory) == 1
    memory.remember(an_item(60, 3))
    assert len(memory) == 2


def test_an_item_larger_than_the_memory_is_not_kept() -> None:
    memory = Memory(5)
    memory.remember(an_item(0, 9))
    assert len(memory) == 0
