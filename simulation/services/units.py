"""What calls of DynamoDB cost, in read and write units.

Source: Amazon DynamoDB Developer Guide, "DynamoDB read and write operations". Sizes are bytes; 1 KB is 1,024 of them.
"""

from collections.abc import Iterable
from typing import Final

READ_UNIT_BYTES: Final = 4_096
WRITE_UNIT_BYTES: Final = 1_024

TRANSACTION: Final = 2
"""Times what the same call costs by itself: an item is prepared and committed."""


def get_units(size: int, *, consistent: bool) -> float:
    """Return the read units of reading one item of `size` bytes, 0 where there is none: that is charged all the same.

    >>> get_units(3_500, consistent=True), get_units(10_000, consistent=False), get_units(0, consistent=True)
    (1.0, 1.5, 1.0)
    """
    return _rounded(size, READ_UNIT_BYTES) * (1.0 if consistent else 0.5)


def query_units(sizes: Iterable[int], *, consistent: bool) -> float:
    """Return the read units of one page of a query: items are added up first, and the sum is rounded up.

    That is of the items read, whichever attributes of them are asked for.
    """
    return get_units(sum(sizes), consistent=consistent)


def write_units(before: int, after: int) -> int:
    """Return the write units of a put, an update or a deletion: the larger size counts, 0 is no item.

    A write whose condition fails is charged likewise, by the item that is there and the one that was to be.

    >>> write_units(0, 500), write_units(1_500, 200), write_units(0, 0)
    (1, 2, 1)
    """
    return _rounded(max(before, after), WRITE_UNIT_BYTES)


def _rounded(size: int, unit: int) -> int:
    return max(-(-size // unit), 1)
