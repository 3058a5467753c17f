from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.sources.tid import tid_time

ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encoded(microseconds: int, clock: int) -> str:
    number = microseconds << 10 | clock
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(13)))


@given(st.integers(0, 2**53 - 1), st.integers(0, 1023))
def test_the_time_of_a_tid_is_exact(microseconds: int, clock: int) -> None:
    assert tid_time(encoded(microseconds, clock)) == EPOCH + timedelta(microseconds=microseconds)


def test_zero_is_the_beginning_of_1970() -> None:
    assert tid_time("2222222222222") == EPOCH


@pytest.mark.parametrize(
    "key",
    [
        "",
        "self",
        "3jzfcijpj2z2",
        "3jzfcijpj2z2aa",
        "3jzfcijpj2z2A",
        "3jzfcijpj2z21",
        "zzzzzzzzzzzzz",
        "3jzf-cij-pj2z2a",
        "3jzfcijpj2z2a\n",
        "３jzfcijpj2z2a",
    ],
)
def test_other_keys_have_no_time(key: str) -> None:
    assert tid_time(key) is None
