"""Which of a shard's concurrent batches a record goes to.

ParallelizationFactor lets up to ten batches of one shard run at once, in order per partition key (for DynamoDB:
per item). How Lambda assigns keys to batches is not documented. The one promise is that a key's records are never
in two batches at once, and any function of the key alone keeps it; this one spreads keys evenly. What depends on
more than the promise is wrong, and a test can hand the poller another assignment to show it.
"""

from collections.abc import Callable

from penstock.hash_keys import hash_key

Assignment = Callable[[str, int], int]
"""From an order key and the number of slots to a slot, 0 and up. A function of its arguments alone."""


def by_hash(order_key: str, slots: int) -> int:
    """The key's MD5 modulo the number of slots.

    A shard owns a contiguous range of hash keys, so the low bits are taken: they are spread evenly in any range.
    """
    return hash_key(order_key) % slots
