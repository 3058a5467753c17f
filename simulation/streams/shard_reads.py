"""What a Kinesis shard lets be read: a budget that all readers of it without fan-out of their own share.

Source: GetRecords, Kinesis Data Streams API reference, and "Quotas and limits" of the developer guide: five calls a
second and shard, 2 MB a second; after an answer of 10 MB, calls of the next five seconds are throttled.
"""

from threading import Lock
from typing import Final

READS_PER_SECOND: Final = 5
BYTES_PER_SECOND: Final = 2_000_000


class ShardReads:
    """One shard's budget. Times are in epoch seconds."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._calls = float(READS_PER_SECOND)
        self._counted_at = float("-inf")
        self._paid_at = float("-inf")

    def admits(self, now: float) -> bool:
        """Tell whether a call is served now, and count it if it is."""
        # A bucket rather than seconds: a reader that keeps its five a second on average is not to be throttled for
        # milliseconds, and where AWS's seconds begin is not documented.
        self._calls = min(READS_PER_SECOND, self._calls + (now - self._counted_at) * READS_PER_SECOND)
        self._counted_at = now
        if self._calls < 1 or now < self._paid_at:
            return False
        self._calls -= 1
        return True

    def served(self, size: int, now: float) -> None:
        """Count the bytes of an answer: so long as they take at the shard's rate, no other call is served."""
        self._paid_at = max(self._paid_at, now) + size / BYTES_PER_SECOND


class StreamReads:
    """The budgets of a stream's shards, for its readers. Safe for threads."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._lock = Lock()
        self._shards: dict[str, ShardReads] = {}

    def admits(self, shard_id: str, now: float) -> bool:
        """As of `ShardReads`."""
        with self._lock:
            return self._shards.setdefault(shard_id, ShardReads()).admits(now)

    def served(self, shard_id: str, size: int, now: float) -> None:
        """As of `ShardReads`."""
        with self._lock:
            self._shards.setdefault(shard_id, ShardReads()).served(size, now)
