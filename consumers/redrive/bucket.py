"""Reading the failed-events bucket object by object, with the marks beside each, and writing marks."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.failed_events import PREFIX as FAILED_EVENTS
from consumers.failed_events import FailedEvent, FailedEventError
from consumers.redrive.lines import lines
from consumers.redrive.marks import PREFIX as MARKS
from consumers.redrive.marks import Mark, MarkError, mark_key, marks_of

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

CHUNK_BYTES: Final = 64 * 1024
"""Read at a time; an object may be larger than memory."""
MOST_LINE_BYTES: Final = 32 * 1024 * 1024
"""A record has at most 10 MiB (Kinesis Data Streams Developer Guide, "Quotas and limits"), 14 in base64."""


class Found(NamedTuple):
    """An object and the names of its marks."""

    key: str
    marks: list[str]


class NotReadable(NamedTuple):
    """A line that is no failed event; or an object that went, or is not what its name says."""

    where: str
    why: str


class Bucket:
    """The failed-events bucket."""

    def __init__(self, client: "S3Client", name: str) -> None:
        """Use the bucket `name` with `client`."""
        self._client = client
        self.name = name

    def objects(self, prefixes: Iterable[str]) -> Iterator[Found]:
        """Yield each object under the prefixes and its marks, in order of names.

        S3 lists objects and marks in the same order, so both listings are read side by side and neither is held.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        """
        for prefix in prefixes:
            marks = self._keys(MARKS + prefix)
            mark = next(marks, None)
            for key in self._keys(prefix):
                mine: list[str] = []
                beginning = marks_of(key)
                while mark is not None and (mark < beginning or mark.startswith(beginning)):
                    if mark.startswith(beginning):  # or else it has outlived its object
                        mine.append(mark)
                    mark = next(marks, None)
                yield Found(key, mine)

    def marks(self, found: Found) -> list[Mark]:
        """Read the marks of an object, the newest last; something else in their place marks nothing.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a mark can't be read.
        """
        read = []
        for key in found.marks:
            body = self._body(key)
            if body is not None:
                try:
                    read.append(Mark.from_json(body.read()))
                except MarkError:
                    continue
        return sorted(read, key=lambda mark: mark.redriven_at)

    def redriven(self) -> set[tuple[str, str]]:
        """Return the shard and place of every failed event that is marked, all at once.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        """
        return {
            (found.key.split("/")[2], place)
            for found in self.objects([FAILED_EVENTS])
            for mark in self.marks(found)
            for place in mark.places
        }

    def failed_events(self, key: str) -> Iterator[FailedEvent | NotReadable]:
        """Yield the failed events of an object as they are read.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the object can't be read.
        """
        body = self._body(key)
        if body is None:
            yield NotReadable(key, "has expired just now")
            return
        for number, line in enumerate(lines(body.iter_chunks(CHUNK_BYTES), MOST_LINE_BYTES), start=1):
            if line is None:
                yield NotReadable(f"{key}, line {number},", f"has more than {MOST_LINE_BYTES:,} bytes")
                continue
            try:
                yield FailedEvent.from_json(line)
            except FailedEventError as error:
                yield NotReadable(f"{key}, line {number},", str(error))

    def document(self, key: str) -> dict[str, Any] | NotReadable:
        """Return the JSON object in an object.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it can't be read.
        """
        body = self._body(key)
        if body is None:
            return NotReadable(key, "has expired just now")
        try:
            document = json.loads(body.read())
        except (ValueError, RecursionError):
            document = None
        return document if isinstance(document, dict) else NotReadable(key, "holds no JSON object")

    def put_mark(self, key: str, mark: Mark) -> None:
        """Mark what was redriven of the object `key`.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it is not marked.
        """
        self._client.put_object(
            Bucket=self.name, Key=mark_key(key, mark.places), Body=mark.to_json(), ContentType="application/json"
        )

    def _keys(self, prefix: str) -> Iterator[str]:
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for entry in page.get("Contents", []):
                yield entry["Key"]

    def _body(self, key: str) -> Any:  # noqa: ANN401 - botocore's StreamingBody, which has no types
        try:
            return self._client.get_object(Bucket=self.name, Key=key)["Body"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                return None
            raise
