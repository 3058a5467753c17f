"""Each value of a frame gets one row, with its count in each part."""

from collections import Counter

import pytest

from consumers.counts import DIMENSIONS, PackedCounts, empty, encode, split
from consumers.views.strips.codec import name_of
from consumers.views.strips.cutting import rows_of

PARTS = [
    {"hashtag": {f"tag{number}": number + 1 for number in range(20)}, "lang": {"en": 7, "ja": 300}},
    {},
    {"hashtag": {f"tag{number}": 70_000 for number in range(10, 30)}, "kind": {"post": 1}},
]


@pytest.mark.parametrize(
    "buckets",
    [(2, 2, 2), (1, 1, 1), (2, 2, 3)],
    ids=["several buckets", "one", "a schedule that changes in between"],
)
def test_rows_have_what_the_buckets_of_all_parts_have(buckets: tuple[int, ...]) -> None:
    parts = [
        [PackedCounts(encode(each)) for each in split(empty() | counts, number)] if counts else []
        for counts, number in zip(PARTS, buckets, strict=True)
    ]
    expected = {
        name_of(dimension, value): [counts.get(dimension, {}).get(value, 0) for counts in PARTS]
        for dimension in DIMENSIONS
        for value in {value for counts in PARTS for value in counts.get(dimension, {})}
    }
    rows = rows_of(parts)
    assert {row.name: list(row.counts) for row in rows} == expected
    assert max(Counter(row.name for row in rows).values()) == 1


def test_parts_that_count_nothing_have_no_rows() -> None:
    assert rows_of([[], []]) == []
