"""Putting a fold into the log of its address: what makes an event count exactly once."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from consumers.pane_log.fold import Fold, ValidEvent, count
from consumers.pane_log.log import PaneLog, SegmentTooLargeError
from consumers.pane_log.memory import Known, Memory
from consumers.pane_log.segment import Segment, SegmentFormatError
from consumers.schedule import Address

NONCE_BYTES: Final = 8

MAX_REFUSALS: Final = 32
"""Refusals in one fold after which the writer gives the address up and leaves it to the batch's next delivery."""

START_SECONDS: Final = 2.0
"""A call is not started with less than this left; one usually takes 10 milliseconds."""


class AddressError(Exception):
    """A fold that could not be put for a reason of the writer's own."""


class ContendedAddressError(AddressError):
    """Other writers took every place this one tried."""


class OutOfTimeError(AddressError):
    """The invocation is about to end."""


@dataclass(slots=True)
class Outcome:
    """What became of one fold."""

    fold: Fold
    unwritten: dict[bytes, ValidEvent]
    """Events that are not in the log, as far as is known; empty if all went well."""
    known: Known = field(default_factory=Known)
    """What is known of the address now; its `unclaimed` still holds all of `written`."""
    written: set[bytes] = field(default_factory=set)
    """Fingerprints this function has put into the log and no invocation has reported as counted before."""
    segments: int = 0
    """How many segments were put."""
    refused: int = 0
    """How many puts met another writer's segment."""
    error: ClientError | BotoCoreError | AddressError | SegmentFormatError | None = None
    """Why `unwritten` is not empty."""

    def drop_known(self) -> int:
        """Take the events off `unwritten` that are known to be in the log; return the number to put the rest at."""
        number, found = self.known.sift(self.unwritten)
        if found:
            self.written |= found & self.known.unclaimed
            self.unwritten = {mark: event for mark, event in self.unwritten.items() if mark not in found}
        return number


class Writer:
    """Writes folds to a pane log and remembers its segments. Thread-safe, for folds of different addresses."""

    def __init__(
        self,
        log: PaneLog,
        retention_seconds: int,
        *,
        memory: Memory | None = None,
        nonce: Callable[[], bytes] = lambda: os.urandom(NONCE_BYTES),
    ) -> None:
        """Write to `log` segments that expire `retention_seconds` after their pane's end.

        `memory` must have been filled from the same log, or be empty. `nonce` returns bytes that no other put has.
        """
        self._log = log
        self._retention_seconds = retention_seconds
        self._memory = Memory() if memory is None else memory
        self._nonce = nonce

    def write(self, fold: Fold, seconds_left: Callable[[], float]) -> Outcome:
        """Put what is new of a fold into the log, as the segments that follow those there are.

        Never raises for what DynamoDB answers or fails to: the outcome says what was not written, and why.
        Writing the same events again is harmless, since their fingerprints are then in the log.
        """
        outcome = Outcome(fold, fold.events)
        try:
            # Remembered before the put: one that outlives its invocation is then known to the next as its own.
            known = self._memory.recall(fold.address) or self._memory.keep(
                fold.address, self._ask(fold.address, seconds_left)
            )
            outcome.known = known
            try:
                self._put_new(outcome, seconds_left)
            finally:
                self._memory.keep(fold.address, known)
        except (ClientError, BotoCoreError, AddressError, SegmentFormatError) as error:
            outcome.error = error
        return outcome

    def _ask(self, address: Address, seconds_left: Callable[[], float]) -> Known:
        known = Known()
        self._catch_up(address, known, seconds_left)
        return known

    def _catch_up(self, address: Address, known: Known, seconds_left: Callable[[], float]) -> None:
        _check_time(seconds_left)
        for segment in self._log.segments(address, known.next):
            known.learn(segment)

    def _put_new(self, outcome: Outcome, seconds_left: Callable[[], float]) -> None:
        known = outcome.known
        number = outcome.drop_known()
        most = len(outcome.unwritten)
        while outcome.unwritten:
            _check_time(seconds_left)
            part = outcome.unwritten
            if most < len(part):
                part = dict(islice(part.items(), most))
            segment = self._segment(outcome.fold.address, number, part)
            known.pending.add(segment.nonce)
            try:
                there = self._log.put(segment)
            except SegmentTooLargeError:
                if len(part) == 1:
                    raise
                most = len(part) // 2
                continue
            if there is segment:
                outcome.segments += 1
                known.learn(segment)
            else:
                self._absorb(there, outcome, seconds_left)
            number = outcome.drop_known()

    def _absorb(self, winner: Segment, outcome: Outcome, seconds_left: Callable[[], float]) -> None:
        outcome.refused += 1
        if outcome.refused > MAX_REFUSALS:
            raise ContendedAddressError(f"{winner.address.key}: {outcome.refused} puts were refused")
        outcome.known.learn(winner)
        if outcome.refused > 1:
            # Far behind, as after a pause: a refused put is billed in full, a query for what is missing is not.
            self._catch_up(winner.address, outcome.known, seconds_left)

    def _segment(self, address: Address, number: int, part: dict[bytes, ValidEvent]) -> Segment:
        return Segment(
            address=address,
            number=number,
            fingerprints=b"".join(part),
            counts=count(part.values()),
            nonce=self._nonce(),
            arrived_ms=max(valid.arrived_ms for valid in part.values()),
            expires=address.pane + address.seconds + self._retention_seconds,
        )


def _check_time(seconds_left: Callable[[], float]) -> None:
    if seconds_left() < START_SECONDS:
        raise OutOfTimeError(f"less than {START_SECONDS:g} s left, too little to start another call")
