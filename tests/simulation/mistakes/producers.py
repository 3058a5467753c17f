"""Mistakes of the producer and its spool."""

from collections.abc import Iterable
from typing import Any

import pytest

from penstock.aggregation import AggregateBuilder
from penstock.delivery.answers import Answers
from penstock.delivery.calls import Answer, CallFailure, PutRecords, PutRecordsAnswer, RecordAnswer
from penstock.delivery.ledger import Ledger
from penstock.delivery.record import Record
from penstock.delivery.shard_queue import ShardQueue
from penstock.spool import frames
from penstock.spool.frames import FRAME_BYTES, Frame
from penstock.spool.journal import Journal
from penstock.spool.spool import Spool
from penstock.spool.spooled_delivery import SpooledDelivery
from tests.simulation.mistakes import noticed_by

Patch = pytest.MonkeyPatch


def _arrived(record: Record) -> RecordAnswer:
    return RecordAnswer(record.lane.shard_id, "1")


@noticed_by(1, "an event was accepted")
def a_partial_failure_is_taken_for_success(patch: Patch) -> None:
    """A record that PutRecords refused is not put again."""
    take = Answers.take

    def taken(self: Answers, call: PutRecords, answer: Answer, now: float) -> None:
        if isinstance(answer, PutRecordsAnswer):
            results = zip(call.records, answer.records, strict=True)
            answer = PutRecordsAnswer([_arrived(record) if result.error_code else result for record, result in results])
        take(self, call, answer, now)

    patch.setattr(Answers, "take", taken)


@noticed_by(9, "an event was accepted")
def a_call_that_failed_is_taken_for_success(patch: Patch) -> None:
    """What became of a call without an answer is not asked."""
    take = Answers.take

    def taken(self: Answers, call: PutRecords, answer: Answer, now: float) -> None:
        if isinstance(answer, CallFailure):
            answer = PutRecordsAnswer([_arrived(record) for record in call.records])
        take(self, call, answer, now)

    patch.setattr(Answers, "take", taken)


@noticed_by(4, "an event was accepted")
def what_is_sent_leaves_the_spool(patch: Patch) -> None:
    """An event is done as soon as it is taken, not when Kinesis has it."""
    keep = Spool.append

    def appended(self: Spool, events: Any) -> range:  # noqa: ANN401 - as the original has it
        positions = keep(self, events)
        self.done(positions)
        return positions

    patch.setattr(Spool, "append", appended)


@noticed_by(4, "an event was accepted")
def what_an_earlier_process_left_is_not_sent(patch: Patch) -> None:
    """A process that was killed leaves its events to nobody."""
    begin = SpooledDelivery.__init__

    def begun(self: SpooledDelivery, *args: Any, **options: Any) -> None:  # noqa: ANN401 - as the original has it
        begin(self, *args, **options)
        self._waiting = None

    patch.setattr(SpooledDelivery, "__init__", begun)


@noticed_by(1, "nobody sent what arrived")
def the_torn_tail_is_taken_for_an_event(patch: Patch) -> None:
    """What a killed process has begun to write is read as far as it goes."""
    read = frames._frame_at

    def forgiving(data: bytes, marker: bytes, position: int) -> Frame | None:
        whole, start = read(data, marker, position), position + FRAME_BYTES
        if whole is not None or start >= len(data) or not data.startswith(marker, position):
            return whole
        number = int.from_bytes(data[start - 4 : start], "little")
        return Frame(position, len(data), number, data[start:])

    patch.setattr(frames, "_frame_at", forgiving)


@noticed_by(50, "an event was accepted")
def the_next_event_is_acknowledged_too(patch: Patch) -> None:
    """The spool lets go of one event more than has arrived."""
    let_go = Spool.done

    def done(self: Spool, positions: Iterable[int]) -> None:
        arrived = list(positions)
        let_go(self, [*arrived, max(arrived) + 1])

    patch.setattr(Spool, "done", done)


@noticed_by(2, "arrived in the order")
def the_youngest_event_of_an_aggregate_is_the_first(patch: Patch) -> None:
    """An aggregate holds its events in the reverse order of their puts."""
    build = AggregateBuilder.build

    def built(self: AggregateBuilder) -> bytes:
        parts = self.parts
        self.parts = [part for at in range(len(parts) - 3, -1, -3) for part in parts[at : at + 3]]
        return build(self)

    patch.setattr(AggregateBuilder, "build", built)


@noticed_by(175, "the buffer of")
def the_buffer_takes_more_than_it_may(patch: Patch) -> None:
    """Nobody waits for room in memory."""
    begin = Ledger.__init__

    def begun(self: Ledger, buffer_bytes: int) -> None:
        begin(self, 1_000 * buffer_bytes)

    patch.setattr(Ledger, "__init__", begun)


@noticed_by(15, "the spool of")
def the_spool_takes_more_than_it_may(patch: Patch) -> None:
    """Nobody waits for room on disk."""
    begin = Journal.__init__

    def begun(self: Journal, *args: Any, limit: int, **options: Any) -> None:  # noqa: ANN401 - as the original has it
        begin(self, *args, limit=limit, **options)
        self._append_limit = 1_000 * limit

    patch.setattr(Journal, "__init__", begun)


@noticed_by(23, "arrived in the order")
def a_lane_has_several_records_in_flight(patch: Patch) -> None:
    """An ordered producer sends a key's next record before the answer to the one before."""
    may_send = property(lambda queue: not queue.waits_for and queue.first is not None)
    patch.setattr(ShardQueue, "may_send", may_send)


@noticed_by(74, "arrived in the order")
def the_lanes_of_new_shards_do_not_wait(patch: Patch) -> None:
    """After a split or a merge an ordered producer sends at once, whatever is under way to the shards before."""
    patch.setattr(ShardQueue, "may_send", property(lambda queue: queue.busy is None and queue.first is not None))
