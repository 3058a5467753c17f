"""A running sum is always that of the parts it was just given."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import CountsFormatError, PackedCounts, empty, encode
from consumers.tables import Level
from consumers.views.memory import Packed, Part
from consumers.views.running_counts import RunningCounts

values = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 300), max_size=6)
packed = values.map(lambda counts: Packed((PackedCounts(encode(empty() | {"lang": counts, "kind": counts})),)))


def plain_sum(parts: list[Packed]) -> Counter[str]:
    return sum((Counter(bucket.values("lang")) for part in parts for bucket in part.buckets), Counter())


@given(st.lists(packed | st.just(Packed(())), min_size=1, max_size=6), st.data())
def test_whatever_came_before_the_sum_is_that_of_the_parts(drawn: list[Packed], data: st.DataObject) -> None:
    running = RunningCounts()
    for _ in range(4):
        held = data.draw(st.dictionaries(st.integers(0, 5), st.sampled_from(drawn), max_size=6))
        total = running.of({Part(Level.MINUTE, 60 * start): part for start, part in held.items()})
        assert total["lang"] == total["kind"] == plain_sum(list(held.values()))
        assert total["hashtag"] == {}


def test_a_part_that_is_the_same_object_is_not_summed_again() -> None:
    running, part = RunningCounts(), Packed((PackedCounts(encode(empty() | {"lang": {"en": 1}})),))
    assert running.of({Part(Level.MINUTE, 0): part})["lang"] == {"en": 1}
    assert running.changed
    assert running.of({Part(Level.MINUTE, 0): part})["lang"] == {"en": 1}
    assert not running.changed


def test_after_damaged_counts_the_sum_begins_anew() -> None:
    class Damaged(PackedCounts):
        def values(self, dimension: str) -> dict[str, int]:
            raise CountsFormatError(dimension)

    running = RunningCounts()
    good = Packed((PackedCounts(encode(empty() | {"lang": {"en": 1}})),))
    running.of({Part(Level.MINUTE, 0): good})
    bad = Packed((Damaged(encode(empty())),))
    with pytest.raises(CountsFormatError):
        running.of({Part(Level.MINUTE, 0): good, Part(Level.MINUTE, 60): bad})
    assert running.of({Part(Level.MINUTE, 0): good})["lang"] == {"en": 1}
