"""The promise of an outcome, one for all events of a record."""

from collections.abc import Callable
from threading import Lock

from penstock.delivery.outcomes import Failure, Moved, Outcome, PutResult

Observer = Callable[[], None]


class Completion:
    """Tells what becomes of the events of one Kinesis record.

    They share an outcome, so a future is little more than a reference to this and an index: nothing is done per
    event when an answer comes, except for events that somebody waits for. Safe between threads.
    """

    __slots__ = ("_lock", "_observers", "_outcome")

    def __init__(self) -> None:
        self._lock = Lock()
        self._observers: list[tuple[int, Observer]] = []
        self._outcome: Outcome | None = None

    def outcome(self, index: int) -> PutResult | Failure | None:
        """Return what became of the event at ``index``, none if it is under way."""
        completion, index = self._current(index)
        outcome = completion._outcome
        # Between the two lines above the event can have moved on: then it is under way.
        return None if isinstance(outcome, Moved) else outcome

    def failure_index(self, index: int) -> int:
        """Return the index, in the record that failed, of the event that was put at ``index`` of this one."""
        return self._current(index)[1]

    def observe(self, index: int, observer: Observer) -> None:
        """Have ``observer`` called once, when the event at ``index`` has an outcome; at once if it has one."""
        completion, index = self._current(index)
        with completion._lock:
            if completion._outcome is None:
                completion._observers.append((index, observer))
                return
        if isinstance(completion._outcome, Moved):
            completion.observe(index, observer)
        else:
            observer()

    def settle(self, outcome: Outcome) -> list[Observer]:
        """Say what became of the events, once; return the observers to call now."""
        with self._lock:
            if self._outcome is not None:
                raise RuntimeError("a record has been settled twice")
            self._outcome = outcome
            observers, self._observers = self._observers, []
        if not isinstance(outcome, Moved):
            return [observer for _, observer in observers]
        for index, observer in observers:
            completion, target = outcome.targets[index]
            completion.observe(target, observer)
        return []

    def _current(self, index: int) -> "tuple[Completion, int]":
        completion = self
        while isinstance(outcome := completion._outcome, Moved):
            completion, index = outcome.targets[index]
        return completion, index
