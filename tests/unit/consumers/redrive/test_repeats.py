"""A failed event that lies in two objects is taken once."""

from hypothesis import given
from hypothesis import strategies as st

from consumers.redrive.repeats import Repeats
from tests.unit.consumers.redrive.failures import SHARD, a_failed_event

FIRST = 10**55
"""Sequence numbers of Kinesis have 56 digits."""


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), max_size=12), st.sampled_from([FIRST, 0, 80]))
def test_each_event_of_batches_however_cut_is_taken_once(cuts: list[tuple[int, int]], origin: int) -> None:
    objects = sorted([str(origin + number) for number in range(start, start + length)] for start, length in cuts)
    repeats = Repeats()
    taken = []
    for sequences in objects:
        events = [a_failed_event(sequence_number=sequence) for sequence in sequences]
        repeats.begin_object(events[0])
        taken += [event.sequence_number for event in events if not repeats.is_repeat(event)]
    assert sorted(taken) == sorted({sequence for sequences in objects for sequence in sequences})


def test_positions_of_another_shard_or_day_are_others() -> None:
    repeats = Repeats()
    for event in (
        a_failed_event(),
        a_failed_event(shard_id=SHARD + "1"),
        a_failed_event(shard_id=SHARD + "1", arrived_ms=0),
    ):
        repeats.begin_object(event)
        assert not repeats.is_repeat(event)
        assert repeats.is_repeat(event)


def test_memory_holds_what_may_come_again_and_no_more() -> None:
    repeats = Repeats()
    for number in range(1_000):
        event = a_failed_event(sequence_number=str(FIRST + number))
        repeats.begin_object(event)
        assert not repeats.is_repeat(event)
    assert len(repeats._seen) == 1
