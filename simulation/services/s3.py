"""S3 in memory behind boto3's client: objects of buckets, with faults as told.

Source: Amazon S3 User Guide, "Amazon S3 data consistency model": a read after a write sees it.
"""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from botocore.response import StreamingBody

from simulation.services.service import SimulatedService, client_error

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class SimulatedS3(SimulatedService):
    """Buckets by name, each of objects by key; `client()` is what code takes for a boto3 client."""

    def __init__(self, *buckets: str, page_keys: int = 1000) -> None:
        """Hold `buckets`, which are empty; a page of a listing has `page_keys`."""
        super().__init__("s3", "SlowDown")
        self.buckets: dict[str, dict[str, bytes]] = {bucket: {} for bucket in buckets}
        self._page_keys = page_keys

    def client(self) -> "S3Client":
        """Return what code takes for a boto3 client."""
        return cast("S3Client", self)

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, **_: object) -> dict[str, Any]:  # noqa: N803 - boto3's
        """PutObject."""

        def put() -> dict[str, Any]:
            self._bucket(Bucket, "PutObject")[Key] = bytes(Body)
            return {}

        return self.call("PutObject", put)

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        """GetObject."""

        def get() -> dict[str, Any]:
            try:
                body = self._bucket(Bucket, "GetObject")[Key]
                return {"Body": StreamingBody(io.BytesIO(body), len(body))}
            except KeyError:
                raise client_error("NoSuchKey", "GetObject") from None

        return self.call("GetObject", get)

    def get_paginator(self, operation: str) -> "SimulatedS3":
        """Return what pages through a listing."""
        if operation != "list_objects_v2":
            raise NotImplementedError(f"{operation} is not covered")
        return self

    def paginate(self, *, Bucket: str, Prefix: str = "") -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        """Yield the pages of a listing, by key."""
        keys = sorted(key for key in self._bucket(Bucket, "ListObjectsV2") if key.startswith(Prefix))
        pages = [keys[at : at + self._page_keys] for at in range(0, len(keys), self._page_keys)] or [[]]
        for page in pages:
            contents = {"Contents": [{"Key": key} for key in page]} if page else {}
            yield self.call("ListObjectsV2", contents.copy)

    def _bucket(self, name: str, operation: str) -> dict[str, bytes]:
        try:
            return self.buckets[name]
        except KeyError:
            raise client_error("NoSuchBucket", operation) from None
