"""Lets the services forget the records that every mapping of a stream is done with.

AWS's streams drop records by age; moto keeps all, and a long run would slow down and grow. What no mapping needs any
more is dropped instead. Records that nothing but a test would read again go early; no checkpoint ever goes back.
"""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

Trim = Callable[[str, str, str], None]
"""Drops what a stream (ARN) holds in a shard (id) up to and including a sequence number."""


class Consumption:
    """Knows how far each mapping is in each shard. Safe for threads."""

    def __init__(self, mappings: Iterable[tuple[str, str]], trim: Trim) -> None:
        """Watch mappings.

        Args:
            mappings: Each mapping's id and its stream's ARN.
            trim: Called with what all of a stream's mappings are done with.
        """
        self._readers = Counter(stream_arn for _, stream_arn in mappings)
        self._trim = trim
        self._lock = threading.Lock()
        self._done: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)

    def of(self, mapping_id: str) -> Trim:
        """Return what to call when the mapping is done with a shard's records up to a sequence number."""

        def consumed(stream_arn: str, shard_id: str, through: str) -> None:
            with self._lock:
                done = self._done[stream_arn, shard_id]
                done[mapping_id] = int(through)
                least = min(done.values()) if len(done) == self._readers[stream_arn] else None
            if least is not None:
                self._trim(stream_arn, shard_id, str(least))

        return consumed
