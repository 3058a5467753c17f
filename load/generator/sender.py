"""Sends each event when it is due, and notes how late it was."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from load.workload.events import EventMaker
from penstock.aggregation import UserRecord

MOST_AT_ONCE: Final = 250
"""Events handed over in one call: few enough that the last of them is not late by the call's own time."""
REST_SECONDS: Final = 0.002
"""The sender looks that often what is due, so that calls are worth making; so late an event may be by that."""
LONG_REST_SECONDS: Final = 0.5
"""The longest rest where nothing is due, after which whoever asks is told how things are."""
ERROR_STEP: Final = 50e-6
"""Seconds; schedule errors are known to this."""

PutMany = Callable[[list[UserRecord]], Sequence[Any]]


class Sender:
    """One worker's events, sent as they become due.

    Args:
        due: when events are due, in seconds of `clock` after the start, in order.
        maker: makes them.
        put_many: takes them; may block, which makes what follows late.
        clock: seconds since the start.
        epoch: what the clock's 0 is in epoch seconds, for the events' own time.
        sample: called with the due time and the future of one event in `every`.
        every: see there.
    """

    def __init__(
        self,
        due: Iterator[float],
        maker: EventMaker,
        put_many: PutMany,
        *,
        clock: Callable[[], float],
        epoch: float,
        sample: Callable[[float, Any], None],
        every: int,
    ) -> None:
        self.sent = 0
        self.errors: Counter[int] = Counter()
        """How late events were, in whole `ERROR_STEP`, rounded up, and how many; emptied by whoever reads it."""
        self._due = due
        self._next = next(due, None)
        self._maker = maker
        self._put_many = put_many
        self._clock = clock
        self._epoch = epoch
        self._sample = sample
        self._every = every

    @property
    def copies(self) -> int:
        """Of the events sent, those that repeat an earlier one."""
        return self._maker.copies

    def step(self) -> float | None:
        """Send what is due, `MOST_AT_ONCE` at most; return how long to rest, 0 if more is due, None at the end."""
        following = self._next
        if following is None:
            return None
        now = self._clock()
        times: list[float] = []
        while following is not None and following <= now and len(times) < MOST_AT_ONCE:
            times.append(following)
            following = next(self._due, None)
        self._next = following
        if not times:
            return max(REST_SECONDS, min(following - now, LONG_REST_SECONDS)) if following is not None else 0.0
        epoch = self._epoch
        futures = self._put_many(self._maker.make([epoch + time for time in times]))
        done = self._clock()
        self.errors.update([int((done - time) / ERROR_STEP) + 1 for time in times])
        for index in range(-self.sent % self._every, len(times), self._every):
            self._sample(times[index], futures[index])
        self.sent += len(times)
        return 0.0
