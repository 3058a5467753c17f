"""Vectors come back as they were, whatever the width of their largest number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.trends.errors import TrendsFormatError
from consumers.trends.vector import pack, unpack


@given(st.lists(st.one_of(st.integers(0, 3), st.integers(0, 2**32 - 1)), max_size=200))
def test_a_vector_comes_back_as_it_was(numbers: list[int]) -> None:
    assert unpack(pack(numbers)) == tuple(numbers)


@pytest.mark.parametrize(("largest", "size"), [(255, 49), (256, 97), (65_535, 97), (65_536, 193)])
def test_a_number_takes_as_many_bytes_as_the_largest_needs(largest: int, size: int) -> None:
    assert len(pack([largest] + [0] * 47)) == size


@pytest.mark.parametrize("data", [b"", b"\x03\x00\x00\x00", b"\x02\x00"])
def test_what_is_no_vector_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(TrendsFormatError, match="no vector"):
        unpack(data)
