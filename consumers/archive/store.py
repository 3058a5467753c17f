"""Writing the archive: a batch's records become objects whose names follow from the records alone.

Objects are named ``records/<hour of arrival>/<shard>/<first sequence number>_<last>_<digest>.jsonl.gz``. A batch that
Lambda repeats makes the same names, and what is there stays: an object from which something was erased meanwhile is not
brought back. A batch that is cut differently the second time leaves records in two objects, which counts nothing twice.
"""

import gzip
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from consumers.archive.line import Archived, archived
from consumers.failed_events import FailedEvent, put_new
from consumers.ingest.decode import Delivery, decode

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

PREFIX: Final = "records/"
COMPRESSION_LEVEL: Final = 6
"""Level 9 takes three times as long for the last hundredth."""


class Stored(NamedTuple):
    """What one batch came to."""

    records: int
    events: int
    """Lines: the parts of an aggregate count one each."""
    objects: int
    """Written now."""
    repeats: int
    """Objects that an earlier delivery of the batch had written."""
    stored_bytes: int
    """Of the objects written now, compressed."""


class ArchiveStore:
    """Writes batches to a bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Write to `bucket` with `client`."""
        self._client = client
        self._bucket = bucket

    def write(self, batch: dict[str, Any]) -> Stored:
        """Store a batch as Lambda hands it over: one object for each shard and hour of arrival.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: not all of it is stored; writing it
                again is safe.
        """
        groups: defaultdict[tuple[str, str], list[Archived]] = defaultdict(list)
        deliveries, damaged = decode(batch)
        decoded: list[Delivery | FailedEvent] = [*deliveries, *damaged]
        for each in decoded:
            for line in archived(each):
                groups[line.hour, line.record.shard_id].append(line)
        objects = repeats = stored_bytes = 0
        for group in groups.values():
            group.sort(key=lambda line: line.record.sequence)
            body = compressed(line.to_json() for line in group)
            if put_new(self._client, self._bucket, object_key(group), body, "application/gzip"):
                objects += 1
                stored_bytes += len(body)
            else:
                repeats += 1
        return Stored(len(batch["Records"]), sum(map(len, groups.values())), objects, repeats, stored_bytes)


def object_key(lines: Sequence[Archived]) -> str:
    """Return the name of the object that holds `lines`: of one shard and one hour, in the stream's order."""
    records = [line.record for line in lines]
    numbers = dict.fromkeys(record.sequence_number for record in records)
    digest = hashlib.blake2b("\n".join(numbers).encode(), digest_size=8).hexdigest()
    first, last = records[0].sequence_number, records[-1].sequence_number
    return f"{PREFIX}{lines[0].hour}/{records[0].shard_id}/{first}_{last}_{digest}.jsonl.gz"


def compressed(lines: Iterable[bytes]) -> bytes:
    """Return lines as the body of an object: the same lines make the same bytes."""
    return gzip.compress(b"".join(line + b"\n" for line in lines), COMPRESSION_LEVEL, mtime=0)
