"""Whose turn it is: the round of the queues that may send, and those that are held back until a time."""

from collections import deque
from typing import Final

from penstock.delivery.shard_queue import ShardQueue

BREATH_SECONDS: Final = 0.1
"""Shortest time between two looks at queues that are held back, so that each has gathered more than a record and all
leave together (KPL's limiter looks every 25 ms, whether there is something or not)."""


class Turns:
    """Each queue sends one record, then the next queue does.

    Attributes:
        next_at: when to look at the queues that are held back, none if there is no such.
    """

    def __init__(self) -> None:
        self._round: deque[ShardQueue] = deque()
        self._held: dict[ShardQueue, float] = {}
        self._looked_at = float("-inf")
        self.next_at: float | None = None

    @property
    def next(self) -> ShardQueue | None:
        """The queue whose turn it is, none if no queue may send."""
        return self._round[0] if self._round else None

    def join(self, queue: ShardQueue) -> bool:
        """Give a queue a place in the round; tell whether it has one. A queue that is held back has to wait."""
        if not queue.ready and queue not in self._held:
            queue.ready = True
            self._round.append(queue)
        return queue.ready

    def skip(self) -> None:
        """Let the queue whose turn it is wait for the next round."""
        self._round.rotate(-1)

    def leave(self) -> None:
        """Take the queue whose turn it is out of the round."""
        self._round.popleft().ready = False

    def hold(self, until: float) -> None:
        """Take the queue whose turn it is out of the round until a time."""
        queue = self._round[0]
        self.leave()
        self._held[queue] = until
        self._plan(until)

    def release(self, now: float) -> list[ShardQueue]:
        """Take back into the round the queues that need not be held back any more; return them."""
        if self.next_at is None or now < self.next_at:
            return []
        released = [queue for queue, until in self._held.items() if until <= now]
        for queue in released:
            del self._held[queue]
            self.join(queue)
        self._looked_at = now
        self.next_at = None
        for until in self._held.values():
            self._plan(until)
        return released

    def clear(self) -> None:
        """Forget every queue."""
        for queue in self._round:
            queue.ready = False
        self._round.clear()
        self._held.clear()
        self.next_at = None

    def _plan(self, until: float) -> None:
        look_at = max(until, self._looked_at + BREATH_SECONDS)
        self.next_at = look_at if self.next_at is None else min(self.next_at, look_at)
