"""Tasks of an event loop that wait: for news of any kind, or in line for room."""

import asyncio
from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import TypeVar

from penstock.shells.deadlines import deadline_after, remaining

Taken = TypeVar("Taken")


class News:
    """Wakes all who wait, each to look whether it concerns them."""

    def __init__(self) -> None:
        self._waiters: list[asyncio.Future[None]] = []

    def spread(self) -> None:
        """Wake those who wait."""
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait for a condition that news can meet; tell whether it was met in time."""
        deadline = deadline_after(seconds)
        while not (met := condition()) and remaining(deadline) != 0:
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            await asyncio.wait((waiter,), timeout=remaining(deadline))
        return met


class Line:
    """Has those who wait for room try one after the other, in the order in which they came.

    Only the first tries, so that a large event is not overtaken for ever by small ones, and that an answer wakes one
    task, not thousands. A task that is cancelled has not tried since.
    """

    def __init__(self) -> None:
        self._line: deque[asyncio.Future[None]] = deque()

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._line)

    def call(self, *, everyone: bool = False) -> None:
        """Have the first, or everyone, see whether the wait is over."""
        for turn in islice(self._line, None if everyone else 1):
            if not turn.done():
                turn.set_result(None)

    async def wait(
        self,
        try_to_take: Callable[[], Taken | None],
        *,
        poll: Callable[[], None],
        over: Callable[[], bool],
        deadline: float | None,
    ) -> Taken | None:
        """Wait until an attempt succeeds, and return what it took; none if the wait is over before.

        Args:
            try_to_take: makes an attempt, none if it was in vain.
            poll: called when there is no room, to bring some about. It may call those who wait.
            over: whether there is nothing to wait for any more.
            deadline: longest wait.
        """
        loop = asyncio.get_running_loop()
        turn = loop.create_future()
        self._line.append(turn)
        if len(self._line) == 1:
            poll()
        try:
            while True:
                await asyncio.wait((turn,), timeout=remaining(deadline))
                if over():
                    return None
                if turn.done():
                    taken = try_to_take()
                    if taken is not None:
                        return taken
                    self._line[0] = turn = loop.create_future()
                    poll()
                if remaining(deadline) == 0:
                    return None
        finally:
            self._line.remove(turn)
            self.call()
