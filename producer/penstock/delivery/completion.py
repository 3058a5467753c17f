"""The promise of an outcome, one for all events of a record."""

import os
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from penstock.delivery.outcomes import Failure, Moved, Outcome, PutResult
from penstock.errors import ForkedProducerError


class Observer(NamedTuple):
    """What is to be called when an event has an outcome.

    Attributes:
        call: the function. It raises nothing.
        foreign: whether it runs a caller's code, which may block, so that nothing else should have to wait for it.
    """

    call: Callable[[], None]
    foreign: bool


class Completion:
    """Tells what becomes of the events of one Kinesis record. Safe between threads.

    They share an outcome, so a future is little more than a reference to this and an index: when an answer comes,
    nothing is done event by event, except for events that somebody waits for.
    """

    __slots__ = ("_lock", "_observers", "_outcome", "_process")

    def __init__(self) -> None:
        self._process = os.getpid()
        self._lock = Lock()
        self._observers: list[tuple[int, Observer]] = []
        self._outcome: Outcome | None = None

    def outcome(self, index: int) -> PutResult | Failure | None:
        """Return what became of the event at ``index``, none while it is under way."""
        outcome = self._follow(index)[0]._outcome
        # Between the following and the look the event can have moved on: then it is under way.
        return None if isinstance(outcome, Moved) else outcome

    def final_index(self, index: int) -> int:
        """Return the index that the event at ``index`` has in the record which it has moved to, if it has."""
        return self._follow(index)[1]

    def check_process(self) -> None:
        """Check that what has no outcome can get one: in a process that was forked since, nobody is there to tell.

        Raises:
            ForkedProducerError: if this is such a process.
        """
        if self._process != os.getpid():
            raise ForkedProducerError(
                "the event was put before this process was forked, and had no outcome then: what becomes of it, the "
                "parent's future tells"
            )

    def observe(self, index: int, observer: Observer) -> bool:
        """Have ``observer`` called once the event at ``index`` has an outcome.

        Returns:
            Whether that is still to come. Otherwise the observer is forgotten, and calling it is up to the caller.

        Raises:
            ForkedProducerError: if it is still to come, in the process that this one was forked from.
        """
        while True:
            completion, position = self._follow(index)
            if completion._outcome is None:
                self.check_process()
            with completion._lock:
                if completion._outcome is None:
                    completion._observers.append((position, observer))
                    return True
                if not isinstance(completion._outcome, Moved):
                    return False

    def settle(self, outcome: Outcome) -> list[Observer]:
        """Say what became of the events, once; return the observers to call."""
        with self._lock:
            if self._outcome is not None:
                raise RuntimeError("a record has been settled twice")
            self._outcome = outcome
            observers, self._observers = self._observers, []
        if isinstance(outcome, Moved):
            return [observer for index, observer in observers if not self.observe(index, observer)]
        return [observer for _, observer in observers]

    def _follow(self, index: int) -> "tuple[Completion, int]":
        completion = self
        while isinstance(outcome := completion._outcome, Moved):
            completion, index = outcome.targets[index]
        return completion, index
