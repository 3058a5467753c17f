"""What a function remembers is bounded, in order, and never ahead of the log."""

from consumers.pane_log.memory import Known, Memory
from consumers.schedule import Address
from tests.unit.consumers.pane_log.test_segment import a_segment


def address(group: int) -> Address:
    return Address(0, 10, group, 8)


def known(events: int) -> Known:
    found = Known()
    found.learn(a_segment(number=0, fingerprints=b"".join(n.to_bytes(8, "big") for n in range(events))))
    return found


def test_segments_are_learnt_in_order_and_once() -> None:
    found = Known()
    for number, mark in ((1, b"too-soon"), (0, b"segment0"), (0, b"repeated"), (1, b"segment1")):
        found.learn(a_segment(number=number, fingerprints=mark))
    assert (found.next, found.fingerprints) == (2, {b"segment0", b"segment1"})


def test_an_own_segment_is_known_by_its_nonce_and_unclaimed() -> None:
    found = Known()
    found.pending.add(b"nonce123")
    found.learn(a_segment(number=0, fingerprints=b"mine1234", nonce=b"nonce123"))
    found.learn(a_segment(number=1, fingerprints=b"another1", nonce=b"nonce456"))
    assert found.unclaimed == {b"mine1234"}


def test_an_answer_for_the_next_place_settles_all_that_was_pending_there() -> None:
    found = Known()
    found.pending.update({b"nonce123", b"nonce456"})
    found.learn(a_segment(number=0, nonce=b"nonce789"))
    assert found.pending == set()


def test_what_is_remembered_of_an_address_is_not_replaced() -> None:
    memory, first = Memory(), known(1)
    assert memory.keep(address(0), first) is first
    assert memory.keep(address(0), known(2)) is first
    assert memory.recall(address(0)) is first


def test_the_address_used_longest_ago_is_forgotten_first() -> None:
    memory = Memory(max_fingerprints=10)
    first, second, third = known(3), known(3), known(3)
    memory.keep(address(1), first)
    memory.keep(address(2), second)
    memory.keep(address(1), first)
    memory.keep(address(3), third)
    assert memory.recall(address(2)) is None
    assert memory.recall(address(1)) is first
    assert memory.recall(address(3)) is third
    assert len(memory) == 2


def test_growth_of_an_address_is_noticed_when_it_is_kept_again() -> None:
    memory = Memory(max_fingerprints=10)
    growing = known(2)
    memory.keep(address(1), known(6))
    memory.keep(address(2), growing)
    growing.learn(a_segment(number=1, fingerprints=b"".join(n.to_bytes(8, "big") for n in range(50, 56))))
    memory.keep(address(2), growing)
    assert memory.recall(address(1)) is None
    assert memory.recall(address(2)) is growing


def test_an_address_larger_than_the_bound_is_kept_alone() -> None:
    memory = Memory(max_fingerprints=4)
    memory.keep(address(1), known(1))
    memory.keep(address(2), known(9))
    assert len(memory) == 1
    memory.keep(address(3), known(1))
    assert memory.recall(address(2)) is None
