from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from penstock.delivery.frequent_keys import FrequentKeys

BATCHES = st.lists(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 100)), max_size=20)


@given(BATCHES, st.integers(1, 10))
def test_no_weight_is_too_large_and_none_too_small_by_more_than_its_bound(
    batches: list[dict[str, int]], capacity: int
) -> None:
    keys, true = FrequentKeys(capacity), Counter[str]()
    for batch in batches:
        keys.add(batch)
        true.update(batch)
    assert keys.total == true.total()
    assert len(keys.weights) <= capacity
    for key in "abcdefghij":
        assert true[key] - keys.total / (capacity + 1) <= keys.weights.get(key, 0) <= true[key]


def test_with_room_for_all_keys_the_shares_are_exact() -> None:
    keys = FrequentKeys(3)
    keys.add({"a": 6, "b": 2})
    keys.add({"a": 1, "c": 1})
    assert [keys.share(key) for key in "abcd"] == [0.7, 0.2, 0.1, 0.0]


def test_what_is_older_fades() -> None:
    keys = FrequentKeys(2)
    keys.add({"a": 8})
    keys.fade(0.25)
    keys.add({"b": 2})
    assert (keys.share("a"), keys.share("b")) == (0.5, 0.5)


def test_before_anything_was_added_nothing_has_a_share() -> None:
    assert FrequentKeys(1).share("a") == 0.0
