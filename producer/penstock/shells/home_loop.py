"""The event loop that a producer belongs to."""

import asyncio
from collections.abc import Callable

from penstock.errors import WrongLoopError


class HomeLoop:
    """The event loop on which a producer was first used; whatever it does, it does there.

    Args:
        stream: the producer's, for messages.
    """

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def known(self) -> bool:
        """Whether the producer has been used."""
        return self._loop is not None

    @property
    def running(self) -> bool:
        """Whether the loop runs, in whatever thread."""
        return self._loop is not None and self._loop.is_running()

    def enter(self) -> asyncio.AbstractEventLoop:
        """Return the running loop, which is the producer's from now on if it had none.

        Raises:
            WrongLoopError: if the producer has another, or no loop runs here.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError as error:
            raise WrongLoopError(
                f"the AsyncProducer for {self._stream} was used where no event loop runs: use it in coroutines, or use "
                "Producer instead"
            ) from error
        if self._loop is None:
            self._loop = loop
        elif self._loop is not loop:
            which = "an event loop that has been closed" if self._loop.is_closed() else "another event loop"
            raise WrongLoopError(f"the AsyncProducer for {self._stream} belongs to {which}: make one for each loop")
        return loop

    def call_later(self, seconds: float, act: Callable[[], None]) -> asyncio.TimerHandle | None:
        """Have something done in so many seconds, on the loop's thread; none if there is no loop yet."""
        return None if self._loop is None else self._loop.call_later(seconds, act)

    def post(self, act: Callable[[], None]) -> bool:
        """Have something done by the loop, from any thread; tell whether it can be: not once it is closed."""
        if self._loop is None:
            return False
        try:
            self._loop.call_soon_threadsafe(act)
        except RuntimeError:  # as closed loops say, at any time
            return False
        return True
