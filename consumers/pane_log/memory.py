"""What a warm function remembers of the pane log, so that most batches need no query."""

from collections import OrderedDict
from collections.abc import Iterable
from struct import iter_unpack
from threading import Lock
from typing import Final

from consumers.pane_log.segment import FINGERPRINT_BYTES, Segment
from consumers.schedule import Address

MAX_FINGERPRINTS: Final = 500_000
"""How many fingerprints `Memory` holds, about 100 bytes each: eight minutes of 1,000 events a second."""


class Known:
    """The first segments of one address, as far as this function has seen them.

    It lags behind when other functions write to the same address, and that is harmless: the next put is
    refused and brings the segment that was missed. It is never ahead of the log. Thread-safe, since a call
    that was abandoned at its deadline may end during the next invocation.
    """

    def __init__(self) -> None:
        """Know nothing yet: segment 0 is the next."""
        self.next = 0
        """Number of the first segment that is not known."""
        self.fingerprints: set[bytes] = set()
        """Of all events in the segments before `next`."""
        self.pending: set[bytes] = set()
        """Nonces of puts at `next` whose answer has not come: their segment may be in the log or not."""
        self.unclaimed: set[bytes] = set()
        """Fingerprints this function put into the log without having acknowledged their records yet.

        When Lambda delivers those records again they are not duplicates: nobody has reported them as counted.
        """
        self._lock = Lock()

    def learn(self, segment: Segment) -> None:
        """Take in a segment that is surely in the log; this function wrote it if its nonce is `pending`."""
        with self._lock:
            if segment.number != self.next:
                return  # known already
            self.next += 1
            new = _split(segment.fingerprints)
            self.fingerprints.update(new)
            if segment.nonce in self.pending:
                self.unclaimed.update(new)
            self.pending.clear()

    def sift(self, marks: Iterable[bytes]) -> tuple[int, set[bytes]]:
        """Return the number of the next segment, and which of `marks` are in the segments before it.

        Both at once: a number read later could be that of a place behind a segment that holds the other marks.
        """
        with self._lock:
            return self.next, self.fingerprints.intersection(marks)


class Memory:
    """What is `Known` of the addresses used last, bounded by the number of fingerprints.

    It speaks of one table, and lives and dies with the `PaneLog` it was filled from.
    """

    def __init__(self, max_fingerprints: int = MAX_FINGERPRINTS) -> None:
        """Hold at most `max_fingerprints`, and the address used last whatever its size."""
        self._max = max_fingerprints
        self._held = 0
        self._known: OrderedDict[Address, tuple[Known, int]] = OrderedDict()
        self._lock = Lock()

    def recall(self, address: Address) -> Known | None:
        """Return what is known of an address, or None if it never was or has been forgotten."""
        with self._lock:
            entry = self._known.get(address)
            return entry and entry[0]

    def keep(self, address: Address, known: Known) -> Known:
        """Remember what is known of an address as the one used last, and forget the ones used longest ago.

        What another thread has remembered of the address meanwhile is kept instead, and returned.
        """
        with self._lock:
            known, before = self._known.pop(address, (known, 0))
            # An address without events takes room too: it counts as one fingerprint.
            size = len(known.fingerprints) + 1
            self._known[address] = (known, size)
            self._held += size - before
            while self._held > self._max and len(self._known) > 1:
                _, (_, forgotten) = self._known.popitem(last=False)
                self._held -= forgotten
            return known

    def __len__(self) -> int:
        """Return the number of addresses held."""
        return len(self._known)


def _split(fingerprints: bytes) -> list[bytes]:
    return [mark for (mark,) in iter_unpack(f"{FINGERPRINT_BYTES}s", fingerprints)]
