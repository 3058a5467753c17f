"""Mistakes of the event source mapping's poller."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from penstock.listing import ListedShard
from simulation.event_source_mapping import MappingPoller, slot
from simulation.event_source_mapping.actions import Position, PositionKind, ReadProblem
from simulation.event_source_mapping.batch import Batch
from simulation.event_source_mapping.invocation import Answered, FunctionFailed
from simulation.event_source_mapping.ledger import Ledger
from simulation.event_source_mapping.limits import HoldLimits
from simulation.event_source_mapping.lineage import MappingLineage
from simulation.event_source_mapping.records import StreamRecord
from simulation.event_source_mapping.shard import ShardPoller
from simulation.event_source_mapping.verdict import acknowledged
from tests.simulation.mistakes import noticed_by

Patch = pytest.MonkeyPatch
Judged = Answered | FunctionFailed


@noticed_by(1, "the log has")
def the_record_that_failed_is_taken_for_done(patch: Patch) -> None:
    """A partial failure begins again behind the record that is named rather than with it."""

    def behind(records: Sequence[StreamRecord], result: Judged, *, reports_failures: bool) -> int:
        return min(acknowledged(records, result, reports_failures=reports_failures) + 1, len(records))

    patch.setattr(slot, "acknowledged", behind)


@noticed_by(1, "the log has")
def a_failed_invocation_is_taken_for_done(patch: Patch) -> None:
    """What a function was killed with does not come again."""

    def done(records: Sequence[StreamRecord], result: Judged, *, reports_failures: bool) -> int:
        if isinstance(result, FunctionFailed):
            return len(records)
        return acknowledged(records, result, reports_failures=reports_failures)

    patch.setattr(slot, "acknowledged", done)


@noticed_by(1, "the log has")
def an_answer_that_acknowledges_nothing_is_taken_for_success(patch: Patch) -> None:
    """It may be one that can't be read."""

    def done(records: Sequence[StreamRecord], result: Judged, *, reports_failures: bool) -> int:
        found = acknowledged(records, result, reports_failures=reports_failures)
        return found if found or isinstance(result, FunctionFailed) else len(records)

    patch.setattr(slot, "acknowledged", done)


@noticed_by(3, "the log has")
def an_expired_iterator_goes_on_at_the_newest(patch: Patch) -> None:
    """What came between the last read and the new iterator is not read."""
    fail = ShardPoller.read_failed

    def failed(self: ShardPoller, problem: ReadProblem, now: float) -> None:
        fail(self, problem, now)
        if problem is ReadProblem.EXPIRED_ITERATOR:
            self._position = Position(PositionKind.LATEST)

    patch.setattr(ShardPoller, "read_failed", failed)


@noticed_by(3, "the log has")
def the_checkpoint_is_what_was_read_last(patch: Patch) -> None:
    """A poller that starts anew goes on behind records that were read and never acknowledged."""
    enter = Ledger.open

    def opened(self: Ledger, sequence_number: str, arrived_at: float) -> int:
        self.checkpoint = sequence_number
        return enter(self, sequence_number, arrived_at)

    patch.setattr(Ledger, "open", opened)


@noticed_by(23, "not everything was acknowledged")
def children_begin_at_their_newest(patch: Patch) -> None:
    """Of the children of a split or merge, what came before they were listed is not read."""
    listed = MappingLineage.listed

    def at_newest(self: MappingLineage, shards: Iterable[ListedShard]) -> None:
        before = set(self._waiting)
        listed(self, shards)
        waiting: dict[str, Any] = self._waiting
        for shard_id in waiting.keys() - before:
            shard, position = waiting[shard_id]
            if shard.parents and position.kind is PositionKind.TRIM_HORIZON:
                waiting[shard_id] = (shard, Position(PositionKind.LATEST))

    patch.setattr(MappingLineage, "listed", at_newest)


@noticed_by(3, "not everything was acknowledged")
def a_closed_parent_is_skipped(patch: Patch) -> None:
    """A poller that starts anew begins with the children of shards that were split or merged."""
    begin = MappingLineage._start_of

    def start_of(
        self: MappingLineage, shard: ListedShard, listing: Mapping[str, ListedShard], *, first: bool
    ) -> Position | None:
        return None if shard.closed else begin(self, shard, listing, first=first)

    patch.setattr(MappingLineage, "_start_of", start_of)


@noticed_by(3, "the poller of")
def a_shard_is_read_however_much_of_it_is_held(patch: Patch) -> None:
    """Reading goes on while a function takes nothing."""
    begin = ShardPoller.__init__

    def begun(self: ShardPoller, *args: Any, hold: HoldLimits, **options: Any) -> None:  # noqa: ANN401 - as the original has it
        begin(self, *args, hold=HoldLimits(1_000 * hold.records, hold.bytes), **options)

    patch.setattr(ShardPoller, "__init__", begun)


@noticed_by(38, "before it not acknowledged")
def children_are_read_beside_their_parents(patch: Patch) -> None:
    """A shard is read as soon as it is known."""

    def ready(self: MappingLineage) -> list[tuple[str, Position]]:
        found = [(shard_id, position) for shard_id, (_, position) in self._waiting.items()]
        self._reading |= self._waiting.keys()
        self._waiting.clear()
        return found

    patch.setattr(MappingLineage, "ready", ready)


@noticed_by(4, "before it not acknowledged")
def the_halves_of_a_batch_change_places(patch: Patch) -> None:
    """Of a batch that was split the second half goes first."""
    halves = Batch.halves
    patch.setattr(Batch, "halves", lambda self: halves(self)[::-1])


@noticed_by(27, "before it not acknowledged")
def records_are_dealt_out_in_turn(patch: Patch) -> None:
    """Which of a shard's concurrent batches a record goes to has nothing to do with its key."""
    begin = ShardPoller.__init__

    def begun(self: ShardPoller, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as the original has it
        turns = itertools.count()
        begin(self, *args, **{**options, "assignment": lambda _, slots: next(turns) % slots})

    patch.setattr(ShardPoller, "__init__", begun)


@noticed_by(34, "nothing is stored of a batch")
def a_destination_that_refuses_is_not_asked_again(patch: Patch) -> None:
    """A batch that was given up is forgotten, whether it is on record or not."""
    patch.setattr(MappingPoller, "record_refused", MappingPoller.record_sent)
