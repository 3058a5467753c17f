"""Objects without one author's records: what is left keeps its bytes. Pure.

Each function takes an object's body and tells what to put in its place.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from consumers import discarded_batch
from consumers.archive.bucket import ArchiveError, lines_of
from consumers.archive.line import Archived, ArchivedLineError
from consumers.archive.store import PREFIX as ARCHIVED
from consumers.archive.store import compressed
from consumers.erase.author import Author, Verdict
from consumers.failed_events import PREFIX as FAILED_EVENTS
from consumers.failed_events import FailedEvent, FailedEventError
from penstock.aggregation import (
    Aggregate,
    AggregateBuilder,
    hash_key_entry,
    is_aggregate,
    partition_key_entry,
    read_aggregate,
)
from penstock.errors import DamagedAggregateError

ERASED_KEY: Final = "erased"
"""The partition key that an erased part of an aggregate has."""


class UnreadableError(Exception):
    """An object that is not what its name says."""


@dataclass(slots=True)
class Rewritten:
    """What became of an object."""

    body: bytes | None = None
    """What to put in its place; None if nothing of the object is to stay."""
    erased: int = 0
    """Events that were the author's."""
    unclear: int = 0
    """What is not erased, although the author's name is in it."""
    not_readable: list[str] = field(default_factory=list)
    """What of it could not be looked at."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Takes out one author's records."""

    author: Author
    unclear_too: bool
    """Whether what can't be attributed is erased, too, if the author's name is in it."""

    def rewrite(self, key: str, body: bytes) -> Rewritten:
        """Return an object without the author's records; `Rewritten.erased` tells whether it has changed.

        An object of lines stays even if no line does: its name is that of a batch, and a batch that Lambda delivers
        again does not overwrite it.

        Raises:
            UnreadableError: it is not what its name says.
        """
        if key.startswith(FAILED_EVENTS):
            return self._lines(body.split(b"\n")[:-1], _failed_event, _joined)
        if key.startswith(ARCHIVED):
            try:
                return self._lines(lines_of(key, body), _archived, compressed)
            except ArchiveError as error:
                raise UnreadableError(str(error)) from error
        return self._discarded(body)

    def _lines(
        self,
        lines: list[bytes],
        read: Callable[[bytes], tuple[bytes, str]],
        join: Callable[[list[bytes]], bytes],
    ) -> Rewritten:
        result = Rewritten()
        kept = []
        for number, line in enumerate(lines, start=1):
            try:
                data, partition_key = read(line)
            except (ArchivedLineError, FailedEventError) as error:
                result.not_readable.append(f"line {number} {error}")
                verdict = Verdict.UNCLEAR if self.author.is_named_in(line) else Verdict.ANOTHERS
            else:
                verdict = self.author.of(data, partition_key)
            if not self._goes(verdict, result):
                kept.append(line)
        result.body = join(kept)
        return result

    def _discarded(self, body: bytes) -> Rewritten:
        """Rewrite what Lambda keeps of a batch that it gave up."""
        try:
            document = json.loads(body)
            if discarded_batch.DYNAMODB in document:  # segments, which have neither text nor author
                return Rewritten(body)
            payload = document["payload"]
            batch = json.loads(payload) if isinstance(payload, str) else payload
            records = list(batch["Records"])
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise UnreadableError("is not the record of a discarded batch with its payload") from error
        result = Rewritten()
        batch["Records"] = [record for record in records if not self._erase_record(record, result)]
        if batch["Records"] or not records:
            document["payload"] = json.dumps(batch) if isinstance(payload, str) else batch
            result.body = json.dumps(document).encode()
        return result

    def _erase_record(self, record: Any, result: Rewritten) -> bool:  # noqa: ANN401 - JSON of any shape
        """Take the author's events out of a record in place; tell whether the record as a whole goes."""
        try:
            kinesis = record["kinesis"]
            data, partition_key = b64decode(kinesis["data"]), str(kinesis["partitionKey"])
        except (KeyError, TypeError, ValueError):
            named = self.author.is_named_in(json.dumps(record).encode())
            return self._goes(Verdict.UNCLEAR if named else Verdict.ANOTHERS, result)
        if is_aggregate(data):
            try:
                aggregate = read_aggregate(data)
            except DamagedAggregateError:
                pass
            else:
                self._erase_parts(kinesis, aggregate, result)
                return False
        return self._goes(self.author.of(data, partition_key), result)

    def _erase_parts(self, kinesis: dict[str, Any], aggregate: Aggregate, result: Rewritten) -> None:
        """Empty the author's parts of an aggregate: their places stay, since places number the others."""
        parts = aggregate.user_records()
        gone = {
            place
            for place, part in enumerate(parts)
            if part.data and self._goes(self.author.of(part.data, part.partition_key), result)
        }
        if not gone:
            return
        size = sum(len(part.data) + 4 * len(part.partition_key) + 100 for part in parts)
        builder = AggregateBuilder(limit=size + 100)
        for place, (partition_key, explicit_hash_key, data) in enumerate(parts):
            key = partition_key_entry((ERASED_KEY if place in gone else partition_key).encode())
            rest = b"" if place in gone else data
            if explicit_hash_key is None:
                builder.add(key, rest)
            else:
                builder.add_hashed(key, hash_key_entry(explicit_hash_key), rest)
        kinesis["data"] = b64encode(builder.build()).decode()
        if kinesis["partitionKey"] == self.author.name:
            kinesis["partitionKey"] = ERASED_KEY

    def _goes(self, verdict: Verdict, result: Rewritten) -> bool:
        if verdict is Verdict.THEIRS or (verdict is Verdict.UNCLEAR and self.unclear_too):
            result.erased += 1
            return True
        result.unclear += verdict is Verdict.UNCLEAR
        return False


def _failed_event(line: bytes) -> tuple[bytes, str]:
    event = FailedEvent.from_json(line)
    return event.data, event.partition_key


def _archived(line: bytes) -> tuple[bytes, str]:
    archived = Archived.from_json(line)
    return archived.data, archived.partition_key


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
