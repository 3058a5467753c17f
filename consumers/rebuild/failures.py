"""Failed events of a rebuild: counted once, and kept only where that is asked for."""

from collections import Counter
from collections.abc import Iterable
from threading import Lock

from consumers.failed_events import FailedEvent, FailedEventStore, Position, Reason


class Failures:
    """Takes failed events from ingest.

    They are not written to the stack's bucket again: they are there until they expire, with their marks, and what was
    erased from there would come back.
    """

    def __init__(self, counted: Counter[Reason], store: FailedEventStore | None) -> None:
        """Count in `counted`, and write to `store` if there is one."""
        self._counted = counted
        self._store = store
        self._seen: set[tuple[str, Position]] = set()
        self._lock = Lock()

    def write(self, failed: Iterable[FailedEvent]) -> None:
        """Take a batch's failed events; those taken before are not counted again.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: not all of them are stored.
        """
        events = list(failed)
        if self._store is not None:
            self._store.write(events)
        with self._lock:
            for event in events:
                place = (event.stream_arn, event.position)
                if place not in self._seen:
                    self._seen.add(place)
                    self._counted[event.reason] += 1
