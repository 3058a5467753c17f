import hashlib
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.sources.lines import split_lines
from penstock.sources.source import Oversized


@st.composite
def chunked(draw: st.DrawFn) -> tuple[bytes, list[bytes]]:
    data = draw(st.lists(st.sampled_from([b"a", b"bc", b"\n", b"\r\n", b"\r", b"\xff\xfe"])).map(b"".join))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)))))
    return data, [data[start:end] for start, end in pairwise([0, *cuts, len(data)])]


@given(chunked())
def test_lines_do_not_depend_on_how_their_bytes_arrive(data: tuple[bytes, list[bytes]]) -> None:
    whole, chunks = data
    lines = whole.split(b"\n")
    expected = [line.removesuffix(b"\r") for line in (lines if lines[-1] else lines[:-1])]
    assert list(split_lines(chunks, limit=1000)) == expected


@given(chunked(), st.integers(1, 5))
def test_no_line_is_lost_however_small_the_limit(data: tuple[bytes, list[bytes]], limit: int) -> None:
    whole, chunks = data
    lines = whole.split(b"\n")
    expected = [
        line.removesuffix(b"\r") if len(line) <= limit else (len(line), hashlib.sha256(line).hexdigest())
        for line in (lines if lines[-1] else lines[:-1])
    ]
    found = [line[:2] if isinstance(line, Oversized) else line for line in split_lines(chunks, limit)]
    assert found == expected


@pytest.mark.parametrize(
    "chunks", [[b"\xef\xbb\xbfone\n\xef\xbb\xbftwo"], [b"\xef", b"\xbb\xbfo", b"ne\n\xef\xbb\xbftwo"]]
)
def test_only_the_mark_that_begins_the_file_is_dropped(chunks: list[bytes]) -> None:
    assert list(split_lines(chunks, limit=100)) == [b"one", b"\xef\xbb\xbftwo"]


def test_a_file_of_one_unended_line_loses_its_mark_too() -> None:
    assert list(split_lines([b"\xef\xbb\xbfone"], limit=100)) == [b"one"]


def test_a_line_is_there_as_soon_as_its_end_is() -> None:
    read = []

    def chunks() -> Iterator[bytes]:
        read.append(1)
        yield b"one\ntw"
        read.append(2)
        yield b"o\n"

    lines = split_lines(chunks(), limit=100)
    assert next(lines) == b"one"
    assert read == [1]


def test_an_endless_line_is_not_held() -> None:
    chunk = b"x" * 1000
    (line,) = split_lines((chunk for _ in range(10_000)), limit=2000)
    assert line == Oversized(10_000_000, hashlib.sha256(chunk * 10_000).hexdigest(), chunk[:200])
