"""Looking through the bucket for what is meant, object by object; what can't be read is told and passed over."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from consumers import discarded_batch
from consumers.discarded_batch import DiscardedBatch, DiscardedBatchError
from consumers.failed_events import FailedEvent, FailedEventError
from consumers.redrive.bucket import Bucket, Found, NotReadable
from consumers.redrive.census import Census
from consumers.redrive.marks import Mark
from consumers.redrive.repeats import Repeats
from consumers.redrive.selection import Selection, day_of_batch, place

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

MOST_TOLD: Final = 100
"""Troubles told one by one; an object may hold a million. All are counted."""

Tell = Callable[[str], None]
"""Takes a line about something that is not as it should be."""


class Selected(NamedTuple):
    """A failed event that is meant, where it lies, and its newest mark if it was redriven."""

    key: str
    event: FailedEvent
    mark: Mark | None


class SelectedBatch(NamedTuple):
    """A discarded batch that is meant, where it lies, and its newest mark if it was redriven."""

    key: str
    batch: DiscardedBatch
    mark: Mark | None


class Survey:
    """One look through the bucket."""

    def __init__(self, bucket: Bucket, *, tell: Tell, stop: Callable[[], bool] = lambda: False) -> None:
        """Look through `bucket`; `tell` takes what can't be read, `stop` is asked all the time whether to end here."""
        self._bucket = bucket
        self._tell = tell
        self._stop = stop
        self.not_readable = 0
        """Lines that are no failed events, and objects that hold no batch of the event stream."""
        self.stopped = False
        """Whether it ended before it had seen everything."""

    def failed_events(self, selection: Selection) -> Iterator[Selected]:
        """Yield the failed events that are meant, each once, by day, shard and position of arrival.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        """
        repeats = Repeats()
        for found in self._objects(selection.failed_event_prefixes()):
            marked = {place: mark for mark in self._bucket.marks(found) for place in mark.places}
            begun = False
            for event in self._bucket.failed_events(found.key):
                if self._must_stop():
                    return
                if isinstance(event, NotReadable):
                    self._note(event)
                    continue
                if not begun:
                    repeats.begin_object(event)
                    begun = True
                if not repeats.is_repeat(event) and selection.wants(found.key, event):
                    yield Selected(found.key, event, marked.get(place(event)))

    def discarded_batches(self, selection: Selection) -> Iterator[SelectedBatch]:
        """Yield the discarded batches of the event stream that are meant, by mapping, shard and time.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        """
        if selection.reasons or selection.authors:  # which discarded batches have none of
            return
        for found in self._objects(selection.discarded_prefixes()):
            if not selection.wants_batch(found.key):
                continue
            batch = self._read_batch(found)
            if batch is not None:
                marks = self._bucket.marks(found)
                yield SelectedBatch(found.key, batch, marks[-1] if marks else None)

    def census(self, selection: Selection, progress: Callable[[int], None]) -> Census:
        """Count what is meant by day and reason; `progress` is told how many were looked at.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        """
        census = Census()
        looked_at = 0
        for selected in self.failed_events(selection):
            census.count(selected.event, redriven=selected.mark is not None)
            looked_at += 1
            progress(looked_at)
        for key, batch, mark in self.discarded_batches(selection):
            day = day_of_batch(key)
            census.count_batch(day, batch.condition, batch.records, batch.arrivals, redriven=mark is not None)
            looked_at += 1
            progress(looked_at)
        return census

    def _objects(self, prefixes: list[str]) -> Iterator[Found]:
        for found in self._bucket.objects(prefixes):
            if self._must_stop():
                return
            yield found

    def _must_stop(self) -> bool:
        self.stopped = self.stopped or self._stop()
        return self.stopped

    def _note(self, trouble: NotReadable) -> None:
        self.not_readable += 1
        if self.not_readable <= MOST_TOLD:
            self._tell(f"{trouble.where} {trouble.why}")
        elif self.not_readable == MOST_TOLD + 1:
            self._tell("more can't be read: from here on that is only counted")

    def _read_batch(self, found: Found) -> DiscardedBatch | None:
        document = self._bucket.document(found.key)
        if isinstance(document, NotReadable):
            self._note(document)
            return None
        try:
            return discarded_batch.read(document)
        except DiscardedBatchError as error:
            self._note(NotReadable(found.key, str(error)))
            return None


def read_failed_events(client: "S3Client", bucket: str) -> Iterator[FailedEvent]:
    """Yield all failed events in a bucket, redriven or not, each once, by day, shard and position of arrival.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        FailedEventError: an object holds a line that is no failed event; the message names both.
    """

    def refuse(trouble: str) -> None:
        raise FailedEventError(trouble)

    for selected in Survey(Bucket(client, bucket), tell=refuse).failed_events(Selection()):
        yield selected.event
