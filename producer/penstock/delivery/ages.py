"""How old events are, for their time to live."""

from collections import deque
from typing import Final

from penstock.delivery.record import Record

_GRAIN: Final = 16


class Ages:
    """Tells which records have lived too long. Events bring no time, so a record is born when it is first seen.

    That is at a poll, and while anything is pending there is one at least each 16th of the time to live; records
    born within another 16th are taken for as young as the youngest of them. So no record expires early, and none
    later than an eighth of the time to live after its end.

    A record's age is its serial's: events that move to another record keep theirs. An aggregate is as old as its first
    event, so that the others expire early, by no more than the time that it was open. That is ``linger_seconds``, and
    longer only while it waits for a call, its shard or its lane.

    Args:
        time_to_live: seconds, none for ever.
    """

    def __init__(self, time_to_live: float | None) -> None:
        self._time_to_live = time_to_live
        # Of records born together: when the first and the last were, and the last one's serial.
        self._births: deque[tuple[float, float, int]] = deque()
        self._seen_at = 0.0
        self._known_until = 0
        self._expired_until = 0

    @property
    def next_at(self) -> float | None:
        """When to look again while anything is pending, none if nothing expires."""
        if self._time_to_live is None:
            return None
        look = self._seen_at + self._time_to_live / _GRAIN
        return min(look, self._births[0][1] + self._time_to_live) if self._births else look

    def look(self, now: float, last_serial: int) -> None:
        """Learn the time, and that there are records up to a serial."""
        if self._time_to_live is None:
            return
        self._seen_at = now
        births = self._births
        while births and births[0][1] + self._time_to_live <= now:
            self._expired_until = births.popleft()[2]
        if last_serial > self._known_until:
            self._known_until = last_serial
            first = now
            if births and now - births[-1][0] <= self._time_to_live / _GRAIN:
                first = births.pop()[0]
            births.append((first, now, last_serial))

    def forget(self) -> None:
        """Learn that nothing is pending."""
        self._births.clear()
        self._expired_until = self._known_until

    def expired(self, record: Record) -> bool:
        """Tell whether a record has lived too long."""
        return record.serial <= self._expired_until
