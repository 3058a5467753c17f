"""One erasure from end to end: every object of both buckets is read, and those that hold the author's events rewritten.

An object is replaced on condition that it is the one that was read, so nothing that is written meanwhile is lost; each
object is done by itself, so it may end anywhere and be repeated.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.archive.store import PREFIX as ARCHIVED
from consumers.discarded_batch import PREFIX as DISCARDED
from consumers.erase.report import Report
from consumers.erase.rewriting import Eraser, Rewritten, UnreadableError
from consumers.failed_events import PREFIX as FAILED_EVENTS

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

AT_ONCE: Final = 64
"""Objects read before any of them is asked for: they are some megabytes each."""
ATTEMPTS: Final = 5
"""Tries for an object that others write at the same time."""
PREFIXES: Final = (FAILED_EVENTS, ARCHIVED, DISCARDED)

_CHANGED: Final = ("PreconditionFailed", "ConditionalRequestConflict")
_GONE: Final = ("NoSuchKey", "NoSuchVersion", "404")


class ContendedObjectError(Exception):
    """An object that was written by others each time it was to be replaced."""


class Version(NamedTuple):
    """One version of an object: in a bucket without versions, the object."""

    bucket: str
    key: str
    version_id: str
    is_latest: bool


class Done(NamedTuple):
    """What became of one version."""

    version: Version
    rewritten: Rewritten | None
    """Nothing if it has expired meanwhile, or can't be read."""
    trouble: str = ""


class Erasure:
    """Erases one author's records from buckets."""

    def __init__(self, client: "S3Client", eraser: Eraser, pool: Executor, report: Report) -> None:
        """Rewrite by `eraser`, several objects at a time in `pool`; `report` says whether anything is written."""
        self._client = client
        self._eraser = eraser
        self._pool = pool
        self._report = report

    def run(self, buckets: Iterable[str], tell: Callable[[str], None], progress: Callable[[str], None]) -> None:
        """Look through the buckets and fill the report.

        Raises:
            ContendedObjectError: others write an object without end.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a bucket can't be read or written.
        """
        report = self._report
        for bucket in buckets:
            for prefix in PREFIXES:
                versions = self._versions(bucket, prefix)
                while some := list(islice(versions, AT_ONCE)):
                    for done in self._pool.map(self._take, some):
                        self._count(prefix, done, tell)
                    progress(f"{report.objects:,} objects looked at, {report.objects_changed:,} with such events")
        report.complete = True

    def _versions(self, bucket: str, prefix: str) -> Iterator[Version]:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix)
        for page in pages:
            for each in page.get("Versions", []):
                yield Version(bucket, each["Key"], each["VersionId"], each["IsLatest"])

    def _take(self, version: Version) -> Done:
        for _ in range(ATTEMPTS):
            try:
                return self._try(version)
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return Done(version, None)
                if error.response["Error"]["Code"] not in _CHANGED:
                    raise
        raise ContendedObjectError(f"{version.key} was written by others {ATTEMPTS} times meanwhile")

    def _try(self, version: Version) -> Done:
        bucket, key, version_id, is_latest = version
        old: Any = {} if is_latest else {"VersionId": version_id}
        answer = self._client.get_object(Bucket=bucket, Key=key, **old)
        try:
            rewritten = self._eraser.rewrite(key, answer["Body"].read())
        except UnreadableError as error:
            return Done(version, None, str(error))
        if rewritten.erased and self._report.confirmed:
            if is_latest:
                self._replace(version, rewritten.body, answer)
            else:
                self._client.delete_object(Bucket=bucket, Key=key, **old)
        return Done(version, rewritten)

    def _replace(self, version: Version, body: bytes | None, answer: Any) -> None:  # noqa: ANN401 - botocore's answer
        """Put what is left in an object's place, on condition that it is as it was read; forget the version before."""
        bucket, key, _, _ = version
        if body is None:
            put: Any = self._client.delete_object(Bucket=bucket, Key=key)
        else:
            put = self._client.put_object(
                Bucket=bucket, Key=key, Body=body, ContentType=answer["ContentType"], IfMatch=answer["ETag"]
            )
        read = answer.get("VersionId")
        if read is not None and put.get("VersionId") != read:
            self._client.delete_object(Bucket=bucket, Key=key, VersionId=read)

    def _count(self, prefix: str, done: Done, tell: Callable[[str], None]) -> None:
        report, version = self._report, done.version
        report.objects += 1
        if done.rewritten is None:
            if done.trouble:
                report.not_readable += 1
                tell(f"{version.key}: {done.trouble}")
            return
        for trouble in done.rewritten.not_readable:
            report.not_readable += 1
            tell(f"{version.key}: {trouble}")
        if done.rewritten.unclear:
            report.unclear += done.rewritten.unclear
            tell(f"{version.key} has records that can't be attributed, with the author's name in them")
        if not done.rewritten.erased:
            return
        if not version.is_latest:
            report.old_versions += 1
            return
        report.objects_changed += 1
        name = {FAILED_EVENTS: "failed_events", ARCHIVED: "archive", DISCARDED: "discarded_batches"}[prefix]
        setattr(report, name, getattr(report, name) + done.rewritten.erased)
