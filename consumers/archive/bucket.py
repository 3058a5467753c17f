"""Reading the archive."""

import gzip
import re
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from consumers.archive.line import Archived, ArchivedLineError
from consumers.archive.store import PREFIX
from consumers.discarded_batch import PREFIX as DISCARDED

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class ArchiveError(ValueError):
    """An object that is none of the archive's; the message names it."""


class Entry(NamedTuple):
    """An object and its size in bytes."""

    key: str
    size: int


class ArchiveBucket:
    """The archive's bucket."""

    def __init__(self, client: "S3Client", name: str) -> None:
        """Read the bucket `name` with `client`."""
        self._client = client
        self.name = name

    def hour(self, hour: str) -> list[Entry]:
        """Return the objects of an hour of arrival, like ``2026-11-21T09``, by shard and in the stream's order.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        """
        return sorted(self._list(f"{PREFIX}{hour}/"), key=_in_stream_order)

    def discarded(self) -> Iterator[Entry]:
        """Yield the batches that Lambda gave up before the archive had them.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
        """
        return self._list(DISCARDED)

    def read(self, key: str) -> bytes | None:
        """Return an object, or nothing if it has expired just now.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it can't be read.
        """
        try:
            return self._client.get_object(Bucket=self.name, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            return None

    def _list(self, prefix: str) -> Iterator[Entry]:
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for each in page.get("Contents", []):
                yield Entry(each["Key"], each["Size"])


def lines_of(key: str, body: bytes) -> list[bytes]:
    """Return the lines of an object named `key`, without their ends.

    Raises:
        ArchiveError: it is not compressed, or damaged.
    """
    try:
        return gzip.decompress(body).split(b"\n")[:-1]
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError(f"{key} is no gzip of lines: {error}") from error


def archived_in(key: str, body: bytes) -> list[Archived]:
    """Return what an object holds.

    Raises:
        ArchiveError: it is damaged; the message names the object and the line.
    """
    found = []
    for number, line in enumerate(lines_of(key, body), start=1):
        try:
            found.append(Archived.from_json(line))
        except ArchivedLineError as error:
            raise ArchiveError(f"{key}, line {number}, {error}") from error
    return found


_NAME: Final = re.compile(r".*/([^/]*)/([0-9]+)_")


def _in_stream_order(entry: Entry) -> tuple[str, int, str]:
    """Compare by shard, then by first sequence number as an integer: as text, 10 would come before 9."""
    found = _NAME.match(entry.key)
    return (found[1], int(found[2]), entry.key) if found else ("", 0, entry.key)
