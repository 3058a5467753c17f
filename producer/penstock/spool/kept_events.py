"""The events that a spool keeps until they have an outcome."""

from array import array
from collections.abc import Callable
from typing import Final

from penstock.delivery.completion import Completion, Observer
from penstock.delivery.core import Receipt
from penstock.delivery.ledger import Ledger
from penstock.delivery.outcomes import Failure, PutResult
from penstock.errors import AccessDeniedError, DroppedError, StreamNotFoundError, UndeliveredError
from penstock.spool.spool import Spool

_KEPT_FOR_NEXT_START: Final = (UndeliveredError, StreamNotFoundError, AccessDeniedError)
"""Failures that the next start may be spared. What fails otherwise has been given back to whoever put it."""

_NO_POSITION: Final = -1


class _Positions:
    """The positions of a record's events, and what is called when they have an outcome.

    Attributes:
        completion: the record's.
        first: the index in it of the first position.
        positions: of the events from that index on, ``_NO_POSITION`` for those that have come from another record.
    """

    __slots__ = ("_settle", "completion", "first", "positions")

    def __init__(self, completion: Completion, first: int, settle: "Callable[[_Positions], None]") -> None:
        self.completion = completion
        self.first = first
        self.positions = array("q")
        self._settle = settle

    def __call__(self) -> None:
        self._settle(self)


class KeptEvents:
    """Tells a spool which of its events are done: acknowledged, or given back to whoever put them.

    Args:
        spool: where they are kept.

    Attributes:
        stranded: how many of them only the next start can send.
    """

    def __init__(self, spool: Spool) -> None:
        self.stranded = 0
        self._spool = spool
        self._first_own = spool.next_position
        self._records: dict[Completion, _Positions] = {}
        self._warned_of: set[type] = set()

    def keep(self, receipt: Receipt, position: int) -> None:
        """Watch an event that the spool has at this position; it is done at once if it has an outcome already."""
        completion, index = receipt
        kept = self._records.get(completion)
        if kept is None:
            kept = _Positions(completion, index, self._settled)
            kept.positions.append(position)
            if completion.observe(index, Observer(kept, foreign=False)):
                self._records[completion] = kept
            else:
                self._settled(kept)
            return
        # Between two events of ours, some can have come from another record, which keeps their positions.
        while len(kept.positions) < index - kept.first:
            kept.positions.append(_NO_POSITION)
        kept.positions.append(position)

    def let_go(self, ledger: Ledger) -> None:
        """Tell the spool of those that have an outcome by now; what observes them is not for the shell to call."""
        settled = [observer.call for observer in ledger.observers if isinstance(observer.call, _Positions)]
        if settled:
            ledger.observers = [observer for observer in ledger.observers if not isinstance(observer.call, _Positions)]
            for call in settled:
                call()

    def _settled(self, kept: _Positions) -> None:
        """Let go of a record's events, those that have an outcome and need the spool no more.

        It is called when the first of them has an outcome. The others have the same, unless they were moved: those
        that are still under way then are watched one by one.
        """
        completion = kept.completion
        self._records.pop(completion, None)
        done: list[int] = []
        for index, position in enumerate(kept.positions, kept.first):
            if position == _NO_POSITION:
                continue
            outcome = completion.outcome(index)
            if outcome is None:
                single = _Positions(completion, index, self._settled)
                single.positions.append(position)
                if completion.observe(index, Observer(single, foreign=False)):
                    continue
                outcome = completion.outcome(index)
            if outcome is not None and self._leaves(position, outcome):
                done.append(position)
        if done:
            self._spool.done(done)

    def _leaves(self, position: int, outcome: PutResult | Failure) -> bool:
        if not isinstance(outcome, Failure):
            return True
        if issubclass(outcome.kind, _KEPT_FOR_NEXT_START):
            self.stranded += 1
            return False
        if position >= self._first_own:
            return True
        if outcome.kind not in self._warned_of:
            self._warned_of.add(outcome.kind)
            self._spool.remarks.warn(
                "events of an earlier process, from the spool %s, are not delivered, and %s. The first: %s",
                self._spool.directory,
                "given up" if outcome.kind is DroppedError else "left there for the next start",
                outcome.message,
            )
        return outcome.kind is DroppedError
