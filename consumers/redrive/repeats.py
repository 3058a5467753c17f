"""Failed events that lie in the bucket twice. Pure."""

from typing import Final

from consumers.failed_events import FailedEvent, Position

DIGITS: Final = 56
"""Of a sequence number of Kinesis."""


class Repeats:
    """Knows failed events again: those of a batch that was cut differently the second time lie in two objects.

    Objects come in order of day, shard and first position, so what lies before an object's first position won't come
    again and is forgotten; memory is bounded by what overlaps. That holds for numbers of one length, which sort
    as text; with others, which Kinesis has not given yet, nothing of a shard's day is forgotten.
    """

    def __init__(self) -> None:
        self._seen: set[Position] = set()
        self._shard: tuple[str, str, str] | None = None

    def begin_object(self, first: FailedEvent) -> None:
        """Take note of the first event of the next object, before it is asked about."""
        shard = (first.day, first.stream_arn, first.shard_id)
        if shard != self._shard:
            self._shard = shard
            self._seen.clear()
        if len(first.sequence_number) == DIGITS:
            self._seen = {position for position in self._seen if position >= first.position}

    def is_repeat(self, event: FailedEvent) -> bool:
        """Tell whether an event was asked about before."""
        if event.position in self._seen:
            return True
        self._seen.add(event.position)
        return False
