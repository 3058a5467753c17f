"""What became of each line: counts, the first error of each kind, and the lines to send again."""

from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import BinaryIO, Final, NamedTuple

from penstock.delivery.outcomes import PutResult
from penstock.errors import AccessDeniedError, DeliveryError, StreamNotFoundError

SWEEP_EVENTS: Final = 65_536
"""How many futures are kept before those are looked for that have their outcome behind one that has none."""

_HOPELESS: Final = (AccessDeniedError, StreamNotFoundError)

_NAMES: Final = {"BadLineError": "invalid", "InvalidEventError": "invalid"}


class _Pending(NamedTuple):
    number: int
    future: Future[PutResult]


class Account:
    """Takes the future of each event, and keeps those alone that have no outcome yet.

    So memory is bounded by the producer's buffer, however long the input.

    Args:
        tell: shows a line to the person at the terminal.
        failed: where lines that were not delivered are written, if anywhere.

    Attributes:
        accepted: events that the producer has taken.
        acknowledged: events that are in the stream.
        failures: lines that are not, by kind.
        hopeless: why no other event will be delivered either, once that is known.
    """

    def __init__(self, tell: Callable[[str], None], failed: BinaryIO | None) -> None:
        self._tell = tell
        self._failed = failed
        self._pending: deque[_Pending] = deque()
        self._sweep_at = SWEEP_EVENTS
        self._told: set[tuple[str, str | None]] = set()
        self.accepted = 0
        self.acknowledged = 0
        self.failures: Counter[str] = Counter()
        self.hopeless: DeliveryError | None = None

    @property
    def pending(self) -> int:
        """How many events have no outcome that is known here."""
        return len(self._pending)

    @property
    def failed(self) -> int:
        """How many lines are not in the stream, and will not be."""
        return self.failures.total()

    def invalid(self, number: int, line: bytes | None, error: Exception) -> None:
        """Note a line that was not taken: its number, its bytes if they are known, and the rule it breaks."""
        name = type(error).__name__
        self.failures[_NAMES.get(name, _kind(name))] += 1
        self._tell(f"line {number}: {error}")
        if self._failed is not None and line is not None:
            self._failed.write(line + b"\n")

    def add(self, number: int, future: Future[PutResult]) -> None:
        """Note a line that was taken."""
        self.accepted += 1
        self._pending.append(_Pending(number, future))
        self.settle()

    def settle(self) -> None:
        """Take account of outcomes, in the order of lines as far as they have come."""
        pending = self._pending
        while pending and pending[0].future.done():
            self._close(pending.popleft())
        if len(pending) >= self._sweep_at:
            self.settle_all()

    def settle_all(self) -> None:
        """Take account of all outcomes that have come."""
        waiting: deque[_Pending] = deque()
        for each in self._pending:
            if each.future.done():
                self._close(each)
            else:
                waiting.append(each)
        self._pending = waiting
        # So that the sweeps' cost stays in proportion to the events', however many wait.
        self._sweep_at = max(SWEEP_EVENTS, 2 * len(waiting))

    def _close(self, each: _Pending) -> None:
        error = each.future.exception(timeout=0)
        if error is None:
            self.acknowledged += 1
            return
        name, code = type(error).__name__, getattr(error, "code", None)
        self.failures[_kind(name)] += 1
        if (name, code) not in self._told:
            self._told.add((name, code))
            self._tell(f"line {each.number} was not delivered: {error}; others of this kind are counted")
        if isinstance(error, DeliveryError):
            if isinstance(error, _HOPELESS):
                self.hopeless = error
            if self._failed is not None and error.event is not None:
                # The event as it was sent, with its id: one that is in the stream after all is recognised by it.
                self._failed.write(error.event.data + b"\n")


def _kind(name: str) -> str:
    """Return an exception's name in words: ``EventTooLargeError`` is "event too large"."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name.removesuffix("Error"))
    return words.strip()
