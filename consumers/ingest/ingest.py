"""One batch from end to end: what is good goes into the pane log, what is bad to the failed events."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, wait
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from consumers.failed_events import FailedEvent, FailedEventSink
from consumers.ingest.decode import Delivery, decode
from consumers.ingest.tally import Tally, tally
from consumers.ingest.validate import validate
from consumers.pane_log.fold import Fold, fold
from consumers.pane_log.writer import Outcome, OutOfTimeError, Writer
from consumers.schedule import Schedule
from consumers.trends.errors import TrendsError

ANSWER_SECONDS: Final = 0.5
"""The answer is given with this much time left, whatever is still under way."""


class Hottest(NamedTuple):
    """The key group that most of a batch's events are of, repeats within the batch left out."""

    group: int
    groups: int
    """How many key groups there are by the schedule."""
    events: int
    share: float
    """Its part of all events, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one batch came to."""

    records: int
    events: int
    """Events in them, whatever became of them; a damaged aggregate is one."""
    tally: Tally
    addresses: int
    segments: int
    refused: int
    errors: Counter[str]
    """Why addresses or failed events could not be written: AWS's error code or the exception's name."""
    hottest: Hottest | None
    """The key group with the most events, or None if there are no events."""
    checkpoint: int | None
    """Lowest sequence number of the records to be delivered again, or None if all are done with."""

    @property
    def answer(self) -> dict[str, list[dict[str, str]]]:
        """The partial batch response: Lambda repeats the batch from the lowest sequence number in it.

        AWS Lambda Developer Guide, "Configuring partial batch response with Kinesis Data Streams and Lambda".
        """
        if self.checkpoint is None:
            return {"batchItemFailures": []}
        return {"batchItemFailures": [{"itemIdentifier": str(self.checkpoint)}]}


class Ingest:
    """Processes batches; made once per execution environment."""

    def __init__(
        self,
        writer: Writer,
        store: FailedEventSink,
        pool: Executor,
        *,
        schedule: Schedule,
        dedup_seconds: int,
        forgotten_before: Callable[[], float] = lambda: -math.inf,
    ) -> None:
        """Write folds with `writer` and failed events to `store`, as many at once as `pool` runs.

        `forgotten_before` says at each batch which event times (epoch seconds) the log may have forgotten.
        """
        self._writer = writer
        self._store = store
        self._pool = pool
        self._schedule = schedule
        self._dedup_seconds = dedup_seconds
        self._forgotten_before = forgotten_before

    def process(
        self, batch: dict[str, Any], seconds_left: Callable[[], float], *, forgotten_before: float = -math.inf
    ) -> Result:
        """Process a batch as Lambda hands it over; `seconds_left` says how long the invocation may still take.

        `forgotten_before` is for a batch that comes later than the stream could bring it (`validate`).

        Raises:
            Exception: anything unforeseen, so that Lambda repeats the batch as a whole. What AWS's services answer
                is foreseen: it makes the result's checkpoint.
        """
        deliveries, failed = decode(batch)
        return self.take(deliveries, failed, seconds_left, forgotten_before=forgotten_before)

    def take(
        self,
        deliveries: Sequence[Delivery],
        damaged: Sequence[FailedEvent],
        seconds_left: Callable[[], float],
        *,
        forgotten_before: float = -math.inf,
    ) -> Result:
        """Do with what `decode` made of a batch the same as `process`.

        Raises:
            Exception: as `process`.
        """
        try:
            forgotten_before = max(forgotten_before, self._forgotten_before())
        except (ClientError, BotoCoreError, TrendsError) as unread:
            return _none_judged(deliveries, damaged, unread)
        events, refused = validate(deliveries, self._dedup_seconds, forgotten_before)
        failed = [*damaged, *refused]
        folds = fold(events, self._schedule)

        storing = self._pool.submit(self._store.write, failed) if failed else None
        writing = [(each, self._pool.submit(self._writer.write, each, seconds_left)) for each in folds]
        under_way: list[Future[Any]] = [future for _, future in writing]
        wait(under_way + ([storing] if storing else []), timeout=max(0.0, seconds_left() - ANSWER_SECONDS))

        outcomes = [_outcome(each, future) for each, future in writing]
        unwritten = [event.sequence for outcome in outcomes for event in outcome.unwritten.values()]
        errors = Counter(_name(outcome.error) for outcome in outcomes if outcome.error)
        if storing and (error := _storing_error(storing)):
            unwritten += [event.position.sequence for event in failed]
            errors[_name(error)] += 1
        checkpoint = min(unwritten, default=None)
        return Result(
            records=len(deliveries) + len(damaged),
            events=len(events) + len(failed),
            tally=tally(outcomes, events, failed, checkpoint),
            addresses=len(folds),
            segments=sum(outcome.segments for outcome in outcomes),
            refused=sum(outcome.refused for outcome in outcomes),
            errors=errors,
            hottest=_hottest(folds),
            checkpoint=checkpoint,
        )


def _none_judged(deliveries: Sequence[Delivery], damaged: Sequence[FailedEvent], error: Exception) -> Result:
    sequences = [each.record.sequence for each in deliveries] + [each.position.sequence for each in damaged]
    return Result(
        records=len(deliveries) + len(damaged),
        events=sum(len(each.payloads) for each in deliveries) + len(damaged),
        tally=Tally(0, 0, Counter()),
        addresses=0,
        segments=0,
        refused=0,
        errors=Counter((_name(error),)),
        hottest=None,
        checkpoint=min(sequences, default=None),
    )


def _hottest(folds: list[Fold]) -> Hottest | None:
    events: Counter[tuple[int, int]] = Counter()
    for each in folds:
        events[each.address.group, each.address.groups] += len(each.events)
    if not events:
        return None
    ((group, groups), most), *_ = events.most_common(1)
    return Hottest(group, groups, most, most / events.total())


def _outcome(each: Fold, future: Future[Outcome]) -> Outcome:
    if future.done():
        return future.result()
    future.cancel()
    # A call that is under way may still succeed: the next delivery finds its fingerprints.
    return Outcome(each, each.events, error=OutOfTimeError("not written in time"))


def _storing_error(storing: Future[None]) -> Exception | None:
    if not storing.done():
        storing.cancel()
        return OutOfTimeError("failed events not stored in time")
    try:
        storing.result()
    except (ClientError, BotoCoreError) as error:
        return error
    return None


def _name(error: Exception) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
