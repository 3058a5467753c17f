"""Mistakes of the functions that read streams."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest

import consumers.rollup.handler as rollup_handler
from consumers.ingest import decode
from consumers.ingest import ingest as ingesting
from consumers.ingest.decode import Delivery
from consumers.ingest.reader import EventReader
from consumers.ingest.validate import validate
from consumers.pane_log import fold as folding
from consumers.pane_log.fold import Fold
from consumers.pane_log.segment import FINGERPRINT_BYTES, Segment
from consumers.pane_log.writer import Outcome, Writer
from consumers.rollup import minutes
from consumers.rollup.apply import Applied, apply
from consumers.rollup.at_hand import SegmentsAtHand
from consumers.rollup.environment import CALL_CONFIG
from consumers.rollup.stream import read_batch
from consumers.schedule import Address, Schedule
from consumers.tables import Level, trend_key
from consumers.trends.item import BucketItem
from consumers.trends.state import LevelsState
from penstock.aggregation import Aggregate, read_aggregate
from penstock.errors import DamagedAggregateError
from simulation.event_source_mapping.event_pattern import EventPattern
from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.world.handlers import here
from simulation.world.names import LOG_TABLE, TRENDS_TABLE
from tests.simulation.mistakes import noticed_by

Patch = pytest.MonkeyPatch
Change = Callable[[dict[str, Any]], dict[str, Any]]


def _requests(patch: Patch, operation: str, table: str, change: Change) -> None:
    """Change what is asked of a table before it gets there."""
    original = getattr(SimulatedDynamoDB, operation)

    def changed(self: SimulatedDynamoDB, **request: Any) -> object:  # noqa: ANN401 - boto3's request
        return original(self, **(change(request) if request["TableName"] == table else request))

    patch.setattr(SimulatedDynamoDB, operation, changed)


def _without(request: dict[str, Any], *prefixes: str) -> dict[str, Any]:
    return {name: value for name, value in request.items() if not name.startswith(prefixes)}


@noticed_by(9, "a fingerprint is")
def segments_are_put_without_a_condition(patch: Patch) -> None:
    """Of two writers at one place the later one wins."""
    _requests(patch, "put_item", LOG_TABLE, lambda put: _without(put, "Condition", "Expression", "ReturnValues"))


@noticed_by(3, "minutes at")
def buckets_are_put_without_a_condition(patch: Patch) -> None:
    """Of two rollups the later one wins."""
    _requests(patch, "put_item", TRENDS_TABLE, lambda put: _without(put, "Condition", "Expression", "ReturnValues"))


@noticed_by(4, "hours at")
def hours_are_summed_from_stale_minutes(patch: Patch) -> None:
    """The query for the parts of a sum need not see what was written before."""
    _requests(patch, "query", TRENDS_TABLE, lambda query: _without(query, "ConsistentRead"))


@noticed_by(8, "a fingerprint is")
def a_winner_is_absorbed_without_a_second_look(patch: Patch) -> None:
    """After a refusal the same events are put at the next place, whatever the winner holds."""
    look = Outcome.drop_known
    patch.setattr(Outcome, "drop_known", lambda outcome: outcome.known.next if outcome.refused else look(outcome))


@noticed_by(3, "a fingerprint is")
def memory_runs_ahead_of_the_log(patch: Patch) -> None:
    """A segment is remembered before its write is confirmed."""
    make = Writer._segment

    def remembered(self: Writer, address: Any, *rest: Any) -> Segment:  # noqa: ANN401 - as the original has it
        segment = make(self, address, *rest)
        known = self._memory.recall(address)
        if known is not None:
            known.learn(segment)
        return segment

    patch.setattr(Writer, "_segment", remembered)


@noticed_by(1, "minutes at")
def the_vector_is_one_ahead(patch: Patch) -> None:
    """Where segments are applied, the next one is taken for applied too."""

    def ahead(item: BucketItem, at_hand: SegmentsAtHand) -> Applied:
        done = apply(item, at_hand)
        if done.item is item:
            return done
        vector = tuple(now + (now > before) for before, now in zip(item.vector, done.item.vector, strict=True))
        return done._replace(item=replace(done.item, vector=vector))

    patch.setattr(minutes, "apply", ahead)


@noticed_by(4, "minutes at")
def a_gap_is_taken_for_nothing(patch: Patch) -> None:
    """Segments that were not brought yet are passed over rather than read from the log."""

    def leaping(item: BucketItem, at_hand: SegmentsAtHand) -> Applied:
        firsts = {
            known.address.position: min(news)
            for known in at_hand.addresses()
            if (news := [number for number in known.by_number if number >= item.vector[known.address.position]])
        }
        vector = tuple(firsts.get(position, number) for position, number in enumerate(item.vector))
        return apply(item if vector == item.vector else replace(item, vector=vector), at_hand)

    patch.setattr(minutes, "apply", leaping)


@noticed_by(1, "minutes at")
def rollup_increments(patch: Patch) -> None:
    """What the stream brings is added, whatever the vector says."""

    def added(item: BucketItem, at_hand: SegmentsAtHand) -> Applied:
        return apply(
            replace(
                item,
                vector=tuple(min(known.by_number, default=0) if known else 0 for known in _by_position(item, at_hand)),
            ),
            at_hand,
        )

    patch.setattr(minutes, "apply", added)


def _by_position(item: BucketItem, at_hand: SegmentsAtHand) -> Iterable[Any]:
    known = {each.address.position: each for each in at_hand.addresses()}
    return [known.get(position) for position in range(len(item.vector))]


@noticed_by(6, "minutes at")
def expiry_feeds_back(patch: Patch) -> None:
    """What the log forgets is taken out of the trends."""

    def read(event: dict[str, Any]) -> Any:  # noqa: ANN401 - as the original has it
        for record in event["Records"]:
            if record["eventName"] == "REMOVE":
                minute = Address.parse(record["dynamodb"]["Keys"]["address"]["S"]).minute
                for bucket in range(4):
                    key = trend_key(Level.MINUTE, minute, bucket).attributes
                    here().client("dynamodb", CALL_CONFIG).delete_item(TableName=TRENDS_TABLE, Key=key)
        return read_batch(event)

    patch.setattr(EventPattern, "matches", lambda *_: True)
    patch.setattr(rollup_handler, "read_batch", read)


@noticed_by(1, "the log has")
def the_highest_failure_is_answered(patch: Patch) -> None:
    """Lambda goes on behind the last record that failed."""
    patch.setattr(ingesting, "min", max, raising=False)


@noticed_by(4, "not among the failed events")
def failed_events_are_acknowledged_unstored(patch: Patch) -> None:
    """Nobody asks whether the failed events were stored."""
    patch.setattr(ingesting, "_storing_error", lambda _: None)


@noticed_by(17, "the log has")
def a_write_under_way_is_taken_for_done(patch: Patch) -> None:
    """An answer that is due before a write has ended acknowledges its events."""
    look = ingesting._outcome

    def optimistic(each: Fold, future: "Future[Outcome]") -> Outcome:
        return look(each, future) if future.done() else Outcome(each, {})

    patch.setattr(ingesting, "_outcome", optimistic)


@noticed_by(1, "the log has")
def time_is_judged_by_the_clock(patch: Patch) -> None:
    """An event is too late by when it is looked at, not by when it arrived."""
    judge = validate

    def late(deliveries: list[Delivery], *rest: Any) -> Any:  # noqa: ANN401 - as the original has it
        now = int(here().scheduler.now * 1000)
        return judge([each._replace(record=each.record._replace(arrived_ms=now)) for each in deliveries], *rest)

    patch.setattr(ingesting, "validate", late)


@noticed_by(1, "the log has")
def authors_do_not_tell_events_apart(patch: Patch) -> None:
    """The fingerprint is of the event's id alone."""
    patch.setattr(folding, "_fingerprint", lambda _, __, event_id: event_id.encode()[-FINGERPRINT_BYTES:].rjust(8))


@noticed_by(3, "minutes at")
def the_newest_entry_holds_for_all_time(patch: Patch) -> None:
    """A change of the schedule changes the addresses of events from before it."""
    patch.setattr(Schedule, "at", lambda self, _: self.entries[-1])


@noticed_by(1, "hours at")
def a_correction_is_forgotten(patch: Patch) -> None:
    """What comes late is written to its minute alone."""
    patch.setattr(LevelsState, "is_closing", lambda *_: False)


@noticed_by(1, "the log at")
def hashtags_are_counted_as_they_are_written(patch: Patch) -> None:
    """What different letters say is different hashtags."""
    patch.setattr(EventReader, "_normal", lambda _, hashtags: list(dict.fromkeys(hashtags)))


@noticed_by(1, "not among the failed events")
def an_aggregate_that_holds_nothing_is_passed_over(patch: Patch) -> None:
    """What is sealed and can't be read is taken for an aggregate without events."""

    def read(data: bytes) -> Aggregate:
        try:
            return read_aggregate(data)
        except DamagedAggregateError as error:
            if error.reason == "its checksum does not match":
                raise
            return Aggregate([], [], {}, [], [])

    patch.setattr(decode, "read_aggregate", read)
