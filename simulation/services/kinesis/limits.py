"""How much a shard takes and gives.

Sources: Amazon Kinesis Data Streams Developer Guide, "Quotas and limits"; API Reference, PutRecords and GetRecords.
Times are epoch seconds.
"""

from collections import deque
from typing import Final

from simulation.services.rate import Rate

MIB: Final = 2**20

WRITE_RECORDS: Final = 1_000
"""Records that a shard takes in a second."""
WRITE_BYTES: Final = MIB
"""Bytes that a shard takes in a second, partition keys included."""

READS: Final = 5
"""Calls of GetRecords, and of GetShardIterator, that a shard answers in a second."""
READ_BYTES: Final = 2 * MIB
"""Bytes that a shard gives in a second."""

CALL_RECORDS: Final = 500
CALL_BYTES: Final = 10 * MIB
ANSWER_RECORDS: Final = 10_000
ANSWER_BYTES: Final = 10 * MIB


class WriteLimit:
    """What a shard takes: a second's worth at once, and no more than that in every second after.

    The documentation tells the rate and not how it is measured; see `Rate` for how it is here, and for a record that is
    larger than a second's worth (streams can be told to take up to 10 MiB).
    """

    __slots__ = ("_bytes", "_records")

    def __init__(self, now: float) -> None:
        self._records = Rate(WRITE_RECORDS, now)
        self._bytes = Rate(WRITE_BYTES, now)

    def takes(self, size: int, now: float) -> bool:
        """Take a record of `size` bytes; tells whether there is room for it."""
        if not (self._records.allows(1, now) and self._bytes.allows(size, now)):
            return False
        self._records.take(1)
        self._bytes.take(size)
        return True


class CallLimit:
    """So many calls in any second."""

    __slots__ = ("_calls", "_most")

    def __init__(self, most: int) -> None:
        self._calls: deque[float] = deque()
        self._most = most

    def allows(self, now: float) -> bool:
        """Count a call, if one more is allowed."""
        while self._calls and self._calls[0] <= now - 1:
            self._calls.popleft()
        if len(self._calls) == self._most:
            return False
        self._calls.append(now)
        return True


class ReadLimit:
    """What a shard gives: `READS` answers and `READ_BYTES` in any second.

    A larger answer is followed by as many seconds of silence as it is worth: five for one of 10 MiB, as documented.
    """

    __slots__ = ("_calls", "_given", "_silent_until")

    def __init__(self) -> None:
        self._calls = CallLimit(READS)
        self._given: deque[tuple[float, int]] = deque()
        self._silent_until = float("-inf")

    def allows(self, now: float) -> bool:
        """Tell whether the shard answers now; counts the call if so."""
        while self._given and self._given[0][0] <= now - 1:
            self._given.popleft()
        if now < self._silent_until or sum(size for _, size in self._given) >= READ_BYTES:
            return False
        return self._calls.allows(now)

    def gave(self, size: int, now: float) -> None:
        """Note an answer of so many bytes."""
        if size:
            self._given.append((now, size))
        if size > READ_BYTES:
            self._silent_until = now + size / READ_BYTES
