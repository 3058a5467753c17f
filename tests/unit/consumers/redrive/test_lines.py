"""Lines come whole out of chunks of any size."""

import time

from hypothesis import given
from hypothesis import strategies as st

from consumers.redrive.lines import lines


@given(st.lists(st.text("ab\n\r", max_size=6).map(str.encode)))
def test_lines_do_not_depend_on_chunks(chunks: list[bytes]) -> None:
    whole = b"".join(chunks)
    expected = whole.split(b"\n")
    if not expected[-1]:
        expected.pop()
    assert list(lines(chunks, 1000)) == expected


@given(st.lists(st.text("ab\n", max_size=6).map(str.encode)), st.integers(0, 4))
def test_lines_that_are_too_long_are_left_out_and_keep_their_place(chunks: list[bytes], most: int) -> None:
    whole = list(lines(chunks, 1000))
    assert list(lines(chunks, most)) == [line if line is not None and len(line) <= most else None for line in whole]


def test_a_line_without_an_end_takes_time_in_proportion_to_its_bytes() -> None:
    began = time.process_time()
    (line,) = lines((b"x" * 65_536 for _ in range(1_024)), 1 << 30)
    assert line is not None
    assert len(line) == 64 << 20
    assert time.process_time() - began < 5  # where each chunk copies all before it, a minute
