"""A running sum is always the sum of the items it was just given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import Counts, empty, encode
from consumers.tables import Level
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import BucketItem
from consumers.trends.sums import RunningSum, put_in

values = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 300), max_size=6)


def item(start: int, counts: dict[str, int]) -> BucketItem:
    blank = BucketItem.blank(Level.MINUTE, start, 1, positions=1, expires_at=0)
    return blank.succeeded_by(empty() | {"hashtag": counts}, (1,), None)


def plain_sum(items: dict[int, dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for counts in items.values():
        for value, count in counts.items():
            total[value] = total.get(value, 0) + count
    return total


@given(st.lists(st.dictionaries(st.integers(0, 5), values, max_size=6), min_size=1, max_size=6))
def test_whatever_came_before_the_sum_is_that_of_the_items(questions: list[dict[int, dict[str, int]]]) -> None:
    running = RunningSum("hashtag")
    for items in questions:
        assert running.of([item(start, counts) for start, counts in items.items()]) == plain_sum(items)


def test_the_answer_is_the_callers_to_change() -> None:
    running = RunningSum("hashtag")
    running.of([item(0, {"a": 1})])["a"] = 100
    assert running.of([item(0, {"a": 1})]) == {"a": 1}


def test_items_that_did_not_change_are_not_decoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    running = RunningSum("hashtag")
    running.of([item(start, {"a": 1}) for start in range(10)])
    decoded: list[int] = []

    def counts(of: BucketItem) -> Counts:
        decoded.append(of.start)
        return empty() | {"hashtag": {"a": 5}}

    monkeypatch.setattr(BucketItem, "counts", property(counts))
    again = [item(start, {"a": 5 if start == 9 else 1}) for start in range(10)]
    assert running.of(again) == {"a": 14}
    assert decoded == [9]


def test_a_damaged_item_leaves_no_half_sum_behind() -> None:
    running = RunningSum("hashtag")
    running.of([item(start, {"a": 1}) for start in range(3)])
    damaged = BucketItem(Level.MINUTE, 3, 1, 1, (1,), encode(empty())[:-1], None, 0)
    with pytest.raises(TrendsFormatError):
        running.of([item(0, {"a": 2}), item(1, {"a": 1}), item(2, {"a": 1}), damaged])
    assert running.of([item(start, {"a": 1}) for start in range(3)]) == {"a": 3}


@given(values, values)
def test_putting_in_adds(total: dict[str, int], addend: dict[str, int]) -> None:
    expected = plain_sum({0: total, 1: addend})
    put_in(total, addend)
    assert total == expected
