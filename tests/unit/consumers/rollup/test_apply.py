"""Segment n is applied where n segments are in the counts; smaller is a repeat, larger leaves a gap."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import split
from consumers.pane_log.segment import Segment
from consumers.rollup.apply import apply
from consumers.rollup.at_hand import SegmentsAtHand
from consumers.tables import Level
from consumers.trends.item import BucketItem
from tests.unit.consumers.rollup.making import MINUTE, a_segment, an_address, some_counts

BUCKETS = 2


def at_hand(*segments: Segment) -> SegmentsAtHand:
    held = SegmentsAtHand(MINUTE, BUCKETS)
    for segment in segments:
        held.add(segment)
    return held


def a_blank(bucket: int = 0) -> BucketItem:
    return BucketItem.blank(Level.MINUTE, MINUTE, bucket, positions=4, expires_at=1)


def test_what_is_at_hand_may_grow_while_it_is_read() -> None:
    """A task that was given up at its deadline goes on, and may fill a gap."""
    held = at_hand(a_segment(1))
    read = []
    for segment in held.segments():
        held.add(a_segment(0))
        read.append(segment.number)
    assert read == [1]
    assert [segment.number for segment in held.segments()] == [1, 0]


def test_segments_in_order_are_added() -> None:
    result = apply(a_blank(), at_hand(a_segment(0), a_segment(1)))
    assert (result.applied, result.repeated, result.gaps) == (2, 0, {})
    assert result.item.vector == (2, 0, 0, 0)
    assert result.item.counts["kind"] == {"post": 2}
    assert result.item.revision == 1


def test_the_order_in_which_they_come_does_not_matter() -> None:
    assert apply(a_blank(), at_hand(a_segment(1), a_segment(0))) == apply(
        a_blank(), at_hand(a_segment(0), a_segment(1))
    )


def test_a_repeat_changes_nothing() -> None:
    once = apply(a_blank(), at_hand(a_segment(0))).item
    again = apply(once, at_hand(a_segment(0)))
    assert again.item is once
    assert (again.applied, again.repeated) == (0, 1)


def test_what_was_given_stays_as_it_was() -> None:
    once = apply(a_blank(), at_hand(a_segment(0, "rivers"))).item
    before = {dimension: dict(values) for dimension, values in once.counts.items()}
    apply(once, at_hand(a_segment(1, "rivers", "lakes")))
    assert once.counts == before


def test_a_gap_is_reported_and_what_precedes_it_is_added() -> None:
    result = apply(a_blank(), at_hand(a_segment(0), a_segment(2), a_segment(5)))
    assert result.item.vector == (1, 0, 0, 0)
    assert result.gaps == {an_address(): 1}


def test_a_gap_of_one_address_does_not_stop_the_others() -> None:
    result = apply(a_blank(), at_hand(a_segment(1), a_segment(0, address=an_address(3))))
    assert result.item.vector == (0, 0, 0, 1)
    assert result.gaps == {an_address(): 0}


def test_a_stuck_address_is_not_reported_again() -> None:
    held = at_hand(a_segment(1))
    held.stuck[an_address()] = LookupError("gone")
    assert apply(a_blank(), held).gaps == {}


def test_a_bucket_without_values_advances_its_vector_all_the_same() -> None:
    segment = a_segment(0, "rivers")
    (empty_bucket,) = {1, 2} - {
        bucket for bucket, part in enumerate(split(segment.counts, BUCKETS)) if part["hashtag"] and bucket
    }
    result = apply(a_blank(empty_bucket), at_hand(segment))
    assert result.item.vector == (1, 0, 0, 0)
    assert not any(result.item.counts.values())


def test_the_newest_arrival_is_that_of_the_segments_applied() -> None:
    result = apply(
        a_blank(), at_hand(a_segment(0, arrived_ms=7), a_segment(1, arrived_ms=5), a_segment(3, arrived_ms=9))
    )
    assert result.item.newest_arrival_ms == 7


numbers = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=25)


@given(batches=st.lists(numbers, max_size=6))
def test_counts_are_always_the_sum_of_what_the_vector_names(batches: list[list[tuple[int, int]]]) -> None:
    """Whatever is brought, in whatever order and however often."""
    hashtags = {(index, number): f"tag{index * 6 + number}" for index in range(4) for number in range(6)}
    items = [a_blank(bucket) for bucket in range(1 + BUCKETS)]
    for batch in batches:
        held = at_hand(*(a_segment(n, hashtags[i, n], address=an_address(i)) for i, n in batch))
        items = [apply(item, held).item for item in items]
    (vector,) = {item.vector for item in items}
    named = Counter(hashtags[index, number] for index, applied in enumerate(vector) for number in range(applied))
    found = Counter[str]()
    for item in items:
        found.update(item.counts["hashtag"])
    assert found == named
    assert items[0].counts["kind"] == ({"post": named.total()} if named else {})
    assert some_counts().keys() == items[0].counts.keys()
