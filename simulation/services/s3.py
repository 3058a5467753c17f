"""S3 in memory behind boto3's client: objects of buckets without versions, with faults as told.

Sources: Amazon S3 User Guide, "What is Amazon S3?" (a read or a listing after a write sees it), "How to prevent object
overwrites with conditional writes", "Listing object keys programmatically" (keys come in the order of their UTF-8);
API Reference, each operation. Each call is one step, so a conditional write never meets another that is under way.
"""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import md5
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from botocore.response import StreamingBody

from simulation.services.service import SimulatedService, client_error

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

PAGE_KEYS: Final = 1_000
MAX_KEY_BYTES: Final = 1_024

_PUT: Final = frozenset({"Bucket", "Key", "Body", "ContentType", "Metadata", "IfMatch", "IfNoneMatch"})


class StoredObject(NamedTuple):
    """An object as it was put."""

    body: bytes
    content_type: str
    metadata: dict[str, str]
    modified_at: float
    """Epoch seconds."""

    @property
    def etag(self) -> str:
        """What a condition compares."""
        return f'"{md5(self.body, usedforsecurity=False).hexdigest()}"'


class SimulatedS3(SimulatedService):
    """Buckets by name, each of objects by key; `client()` is what code takes for a boto3 client."""

    def __init__(self, *buckets: str, page_keys: int = PAGE_KEYS, clock: Callable[[], float] = lambda: 0.0) -> None:
        """Hold `buckets`, which are empty; a page of a listing has `page_keys`, and `clock` tells epoch seconds."""
        super().__init__("s3", "SlowDown")
        self.buckets: dict[str, dict[str, StoredObject]] = {bucket: {} for bucket in buckets}
        self._page_keys = page_keys
        self._clock = clock

    def client(self) -> "S3Client":
        """Return what code takes for a boto3 client."""
        return cast("S3Client", self)

    def put_object(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """PutObject."""

        def put() -> dict[str, Any]:
            if unknown := request.keys() - _PUT:
                raise client_error("NotImplemented", "PutObject", f"{', '.join(sorted(unknown))} is not covered")
            bucket, key, body = self._bucket(request["Bucket"], "PutObject"), request["Key"], request["Body"]
            if not 1 <= len(key.encode()) <= MAX_KEY_BYTES:
                raise client_error("KeyTooLongError", "PutObject", f"a key of {len(key.encode())} bytes")
            self._check_conditions(request, bucket.get(key), "PutObject")
            bucket[key] = StoredObject(
                body.encode() if isinstance(body, str) else bytes(body),
                request.get("ContentType", "binary/octet-stream"),
                dict(request.get("Metadata", {})),
                self._clock(),
            )
            return {"ETag": bucket[key].etag}

        return self.call("PutObject", put)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """GetObject."""

        def get() -> dict[str, Any]:
            held = self._bucket(Bucket, "GetObject").get(Key)
            if held is None:
                raise client_error("NoSuchKey", "GetObject", f"{Key} does not exist")
            return {"Body": StreamingBody(io.BytesIO(held.body), len(held.body)), **_head(held)}

        return self.call("GetObject", get)

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """HeadObject, whose answers have no body: what is missing is told by the status alone."""

        def head() -> dict[str, Any]:
            held = self._bucket(Bucket, "HeadObject").get(Key)
            if held is None:
                raise client_error("404", "HeadObject", "Not Found")
            return _head(held)

        return self.call("HeadObject", head)

    def delete_object(self, *, Bucket: str, Key: str, **conditions: str) -> dict[str, Any]:  # noqa: N803 - boto3's
        """DeleteObject; what is not there is deleted all the same."""

        def delete() -> dict[str, Any]:
            bucket = self._bucket(Bucket, "DeleteObject")
            self._check_conditions(conditions, bucket.get(Key), "DeleteObject")
            bucket.pop(Key, None)
            return {}

        return self.call("DeleteObject", delete)

    def list_objects_v2(self, *, Bucket: str, Prefix: str = "", **request: Any) -> dict[str, Any]:  # noqa: ANN401, N803
        """ListObjectsV2, one page."""

        def list_() -> dict[str, Any]:
            bucket = self._bucket(Bucket, "ListObjectsV2")
            after = request.get("ContinuationToken", request.get("StartAfter", ""))
            delimiter = request.get("Delimiter")
            found: dict[str, str] = {}
            for key in sorted(key for key in bucket if key.startswith(Prefix)):
                shown = _shown(key, Prefix, delimiter)
                if shown > after:
                    found.setdefault(shown, key)
            most = min(request.get("MaxKeys", self._page_keys), self._page_keys)
            page = list(found)[:most]
            keys = [each for each in page if found[each] == each]
            answer: dict[str, Any] = {
                "Name": Bucket,
                "Prefix": Prefix,
                "MaxKeys": most,
                "KeyCount": len(page),
                "IsTruncated": len(page) < len(found),
            }
            if keys:
                answer["Contents"] = [_entry(key, bucket[key]) for key in keys]
            if prefixes := [{"Prefix": each} for each in page if found[each] != each]:
                answer["CommonPrefixes"] = prefixes
            if answer["IsTruncated"]:
                answer["NextContinuationToken"] = page[-1]
            return answer

        return self.call("ListObjectsV2", list_)

    def get_paginator(self, operation: str) -> "SimulatedS3":
        """Return what pages through a listing."""
        if operation != "list_objects_v2":
            raise NotImplementedError(f"{operation} is not covered")
        return self

    def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - boto3's request
        """Yield the pages of a listing, by key."""
        page: dict[str, Any] = {}
        while page.get("IsTruncated", not page):
            token = {"ContinuationToken": page["NextContinuationToken"]} if page else {}
            page = self.list_objects_v2(**request, **token)
            yield page

    def _check_conditions(self, conditions: dict[str, Any], held: StoredObject | None, operation: str) -> None:
        wanted = conditions.get("IfMatch")
        if wanted is not None and held is None and operation == "PutObject":
            raise client_error("NoSuchKey", operation, "there is no object to match")
        if wanted is not None and held is not None and wanted not in ("*", held.etag):
            raise client_error("PreconditionFailed", operation, "the object is another one")
        if conditions.get("IfNoneMatch") is not None and held is not None:
            raise client_error("PreconditionFailed", operation, "the object exists")

    def _bucket(self, name: str, operation: str) -> dict[str, StoredObject]:
        try:
            return self.buckets[name]
        except KeyError:
            raise client_error("NoSuchBucket", operation, f"{name} does not exist") from None


def _shown(key: str, prefix: str, delimiter: str | None) -> str:
    """Return what a listing shows for a key: itself, or what it has in common with others up to a delimiter."""
    if not delimiter or delimiter not in key[len(prefix) :]:
        return key
    return key[: key.index(delimiter, len(prefix)) + len(delimiter)]


def _head(held: StoredObject) -> dict[str, Any]:
    return {
        "ContentLength": len(held.body),
        "ContentType": held.content_type,
        "ETag": held.etag,
        "LastModified": datetime.fromtimestamp(held.modified_at, UTC),
        "Metadata": dict(held.metadata),
    }


def _entry(key: str, held: StoredObject) -> dict[str, Any]:
    return {
        "Key": key,
        "Size": len(held.body),
        "ETag": held.etag,
        "LastModified": datetime.fromtimestamp(held.modified_at, UTC),
        "StorageClass": "STANDARD",
    }
