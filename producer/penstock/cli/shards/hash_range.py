"""A shard's or lane's hash keys, for people: in hexadecimal or decimal, and as a share of all there are."""

from typing import Literal

from penstock.hash_keys import MAX_HASH_KEY

Notation = Literal["hex", "decimal"]


def share_of_keys(start: int, end: int) -> float:
    """Return how much of all hash keys a range has, ``start`` and ``end`` included: from 0 to 1."""
    return (end - start + 1) / (MAX_HASH_KEY + 1)


def write_hash_key(key: int, notation: Notation, *, short: bool = False) -> str:
    """Return a hash key in full, or its beginning alone: 8 of 32 hexadecimal digits, or 3 of decimal notation.

    >>> write_hash_key(2**127, "hex", short=True), write_hash_key(2**127, "decimal", short=True)
    ('80000000…', '1.70e+38')
    """
    if notation == "hex":
        return f"{key >> 96:08x}…" if short else f"{key:032x}"
    return f"{key:.2e}" if short else str(key)
