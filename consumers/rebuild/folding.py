"""The first half of a rebuild: the archive's records go into the pane log, by ingest's own code.

Every verdict is ingest's, by the arrival time that the archive has. An event that the archive has twice, in two objects
or because a client sent it twice, meets its fingerprint in the log. So it does not matter how often or in which order
objects come: they are taken by hour, shard and sequence number, which is nearly the order in which ingest had them.
"""

import json
from collections.abc import Callable, Iterator
from typing import Final

from consumers import discarded_batch
from consumers.archive.bucket import ArchiveBucket, ArchiveError, Entry, archived_in
from consumers.failed_events import FailedEvent
from consumers.ingest.decode import Delivery, decode
from consumers.ingest.ingest import Ingest, Result
from consumers.ingest.persistence import persist
from consumers.ingest.tally import Tally
from consumers.pane_log.fold import Fold
from consumers.pane_log.log import PaneLog
from consumers.pane_log.writer import Outcome, Writer
from consumers.rebuild.journal import Journal, mark_of
from consumers.rebuild.report import Report
from consumers.rebuild.span import Span
from consumers.schedule import HOUR

EVENTS_AT_ONCE: Final = 50_000
"""Events folded together. More of an address at once are fewer segments, which is what writing costs."""
DISCARDED: Final = "discarded"
"""The journal's name for what Lambda gave up, which has no hour in its name."""


class RebuildError(Exception):
    """A rebuild that can't go on now; the message says why."""


class NotedWriter(Writer):
    """A writer that notes the hours of event time which it was given something for, written or known before.

    A rebuild that was killed between a write and its journal folds the same again, and meets nothing but duplicates:
    their hours have to be summed all the same.
    """

    def __init__(self, log: PaneLog, retention_seconds: int) -> None:
        """Write as `Writer` does."""
        super().__init__(log, retention_seconds)
        self.event_hours: set[int] = set()
        """Epoch seconds."""

    def write(self, fold: Fold, seconds_left: Callable[[], float]) -> Outcome:
        """Write as `Writer` does."""
        self.event_hours.add(fold.address.pane // HOUR * HOUR)
        return super().write(fold, seconds_left)


class Lot:
    """Payloads that are folded together, and the objects that hold them."""

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []
        self.damaged: list[FailedEvent] = []
        self.whole: list[str] = []
        """Names of objects of which nothing is left out."""
        self.objects = 0

    @property
    def events(self) -> int:
        """How many there are."""
        return sum(len(each.payloads) for each in self.deliveries) + len(self.damaged)


class Folding:
    """Folds a span of the archive."""

    def __init__(
        self,
        archive: ArchiveBucket,
        ingest: Ingest,
        writer: NotedWriter,
        journal: Journal,
        report: Report,
        *,
        tell: Callable[[str], None],
        progress: Callable[[str], None],
        sleep: Callable[[float], None],
        seconds_left: Callable[[], float],
    ) -> None:
        """Take from `archive`, give to `ingest`, which writes with `writer`; remember in `journal`, count in `report`.

        `tell` takes what is damaged, `progress` how far it is; `seconds_left` is for the calls of one lot.
        """
        self._archive = archive
        self._ingest = ingest
        self._writer = writer
        self._journal = journal
        self._report = report
        self._tell = tell
        self._progress = progress
        self._sleep = sleep
        self._seconds_left = seconds_left

    def run(self, span: Span) -> None:
        """Fold what arrived in `span` and is not folded yet.

        Whatever ends it, what was folded is in the journal, or is found by its fingerprints when it is folded again.

        Raises:
            RebuildError: a lot could not be written to its end.
            JournalError: the journal can't be read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the archive or the journal can't be
                read or written.
        """
        for hour in span.hours():
            self._fold(hour, self._archive.hour(hour), span)
        self._fold(DISCARDED, list(self._archive.discarded()), span)

    def _fold(self, hour: str, entries: list[Entry], span: Span) -> None:
        self._report.objects += len(entries)
        self._report.stored_bytes += sum(entry.size for entry in entries)
        if not entries:
            return
        folded = self._journal.folded(hour)
        pending = [entry.key for entry in entries if mark_of(entry.key) not in folded.marks]
        self._report.objects_before += len(entries) - len(pending)
        if not pending:
            return
        self._writer.event_hours.clear()
        try:
            for lot in self._lots(pending, span):
                self._write(hour, lot)
                folded.marks.update(map(mark_of, lot.whole))
                self._report.objects_folded += lot.objects
                if hour == DISCARDED:
                    self._report.discarded_batches += lot.objects
        finally:
            folded.event_hours |= set(self._writer.event_hours)
            self._journal.keep(hour, folded)

    def _lots(self, keys: list[str], span: Span) -> Iterator[Lot]:
        lot = Lot()
        for key in keys:
            self._read(key, span, lot)
            if lot.events >= EVENTS_AT_ONCE:
                yield lot
                lot = Lot()
        if lot.objects:
            yield lot

    def _read(self, key: str, span: Span, lot: Lot) -> None:
        body = self._archive.read(key)
        if body is None:
            self._trouble(f"{key} has expired just now")
            return
        troubles = self._report.not_readable
        try:
            given_up = key.startswith(discarded_batch.PREFIX)
            deliveries, damaged = self._discarded(key, body) if given_up else _archived(key, body)
        except ArchiveError as error:
            self._trouble(str(error))
            return
        lot.objects += 1
        within = [each for each in deliveries if span.holds(each.record.arrived_ms)]
        damaged_within = [each for each in damaged if span.holds(each.arrived_ms)]
        lot.deliveries += within
        lot.damaged += damaged_within
        left_out = len(deliveries) - len(within) + len(damaged) - len(damaged_within)
        if not left_out and troubles == self._report.not_readable:
            lot.whole.append(key)

    def _write(self, hour: str, lot: Lot) -> None:
        def process(checkpoint: int) -> Result:
            deliveries = [each for each in lot.deliveries if each.record.sequence >= checkpoint]
            damaged = [each for each in lot.damaged if each.position.sequence >= checkpoint]
            return self._ingest.take(deliveries, damaged, self._seconds_left)

        trouble = persist(process, self._count, sleep=self._sleep, seconds_left=self._seconds_left)
        if trouble is not None:
            raise RebuildError(f"what arrived in {hour} could not be written to its end: {trouble.detail}")
        self._progress(f"folding {hour}: {self._report.counted:,} counted, {self._report.duplicates:,} duplicates")

    def _count(self, tally: Tally) -> None:
        self._report.counted += tally.folded
        self._report.duplicates += tally.duplicates

    def _discarded(self, key: str, body: bytes) -> tuple[list[Delivery], list[FailedEvent]]:
        try:
            document = json.loads(body)
            batch = discarded_batch.read(document if isinstance(document, dict) else {})
        except (ValueError, RecursionError) as error:  # DiscardedBatchError is one
            raise ArchiveError(f"{key} is not the record of a discarded Kinesis batch with its payload") from error
        if batch is None:
            raise ArchiveError(f"{key} is the record of a batch of another stream")
        if batch.odd:
            self._trouble(f"{key}: {len(batch.odd)} of {batch.records} records are not as Lambda documents them")
        return decode({"Records": batch.sound})

    def _trouble(self, message: str) -> None:
        self._report.not_readable += 1
        self._tell(message)


def _archived(key: str, body: bytes) -> tuple[list[Delivery], list[FailedEvent]]:
    deliveries: list[Delivery] = []
    damaged: list[FailedEvent] = []
    for line in archived_in(key, body):
        found = line.delivery()
        if isinstance(found, FailedEvent):
            damaged.append(found)
        else:
            deliveries.append(found)
    return deliveries, damaged
