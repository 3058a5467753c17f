"""Counting what a batch came to, each event in one invocation only. Pure but for what it marks as reported."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from consumers.failed_events import FailedEvent, Reason
from consumers.pane_log.fold import ValidEvent
from consumers.pane_log.writer import Outcome


class Tally(NamedTuple):
    """What became of the events whose records are acknowledged."""

    folded: int
    """Events that are in the log now and were reported by no invocation before."""
    duplicates: int
    """Events dropped because their fingerprint was there."""
    failed: Counter[Reason]


def tally(
    outcomes: Sequence[Outcome],
    events: Sequence[ValidEvent],
    failed: Sequence[FailedEvent],
    checkpoint: int | None,
) -> Tally:
    """Count the events of the records before `checkpoint`, or of all if it is None.

    Lambda delivers the records from the checkpoint on again, those that were written among them. They are counted
    then, and as folded: what is known of their address keeps them `unclaimed` until their records are acknowledged.
    (Should another execution environment get the redelivery, it can only take them for duplicates.)
    """
    folded = 0
    for outcome in outcomes:
        acknowledged = outcome.written
        if checkpoint is not None:
            sequences = outcome.fold.events
            acknowledged = {mark for mark in outcome.written if sequences[mark].sequence < checkpoint}
        outcome.known.unclaimed -= acknowledged
        folded += len(acknowledged)
    if checkpoint is None:
        return Tally(folded, len(events) - folded, Counter(event.reason for event in failed))
    return Tally(
        folded,
        sum(event.sequence < checkpoint for event in events) - folded,
        Counter(event.reason for event in failed if event.position.sequence < checkpoint),
    )
