"""Objects are read with the marks beside them, page by page."""

import io
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from hypothesis import given
from hypothesis import strategies as st

from consumers.redrive.bucket import Bucket, Found, NotReadable
from consumers.redrive.marks import Mark, mark_key
from tests.unit.consumers.redrive.failures import a_failed_event

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client


class FakeS3:
    """What S3's client does with one bucket, two keys on a page."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803, ARG002 - boto3's names
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803, ARG002 - boto3's names
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        body = self.objects[Key]
        return {"Body": StreamingBody(cast(Any, io.BytesIO(body)), len(body))}

    def get_paginator(self, _name: str) -> "FakeS3":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:  # noqa: N803, ARG002 - boto3's names
        keys = [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]
        return [{"Contents": keys[start : start + 2]} for start in range(0, len(keys), 2)] or [{}]


def a_bucket() -> tuple[FakeS3, Bucket]:
    s3 = FakeS3()
    return s3, Bucket(cast("S3Client", s3), "failed")


names = st.integers(0, 30).map(lambda number: f"failed-events/2026-11-{number % 3 + 10}/s/{number}.jsonl")


@given(st.sets(names), st.lists(st.tuples(names, st.integers(0, 3).map(str))))
def test_each_object_comes_with_its_own_marks_and_those_of_expired_ones_are_passed_over(
    keys: set[str], marked: list[tuple[str, str]]
) -> None:
    s3, bucket = a_bucket()
    for key in keys:
        s3.objects[key] = b""
    expected: dict[str, set[str]] = {key: set() for key in keys}
    for key, place in marked:
        bucket.put_mark(key, Mark((place,), "now", "sent"))
        if key in keys:
            expected[key].add(mark_key(key, (place,)))
    assert list(bucket.objects(["failed-events/"])) == [Found(key, sorted(expected[key])) for key in sorted(keys)]
    days = ["failed-events/2026-11-10/", "failed-events/2026-11-12/"]
    assert [found.key for found in bucket.objects(days)] == sorted(key for key in keys if "2026-11-11" not in key)


def test_marks_are_read_and_anything_else_marks_nothing() -> None:
    s3, bucket = a_bucket()
    mark = Mark(("1.0", "2.0"), "now", "sent", "lang=und")
    s3.objects["failed-events/a"] = b""
    bucket.put_mark("failed-events/a", mark)
    s3.objects["redriven/failed-events/a/odd"] = b"odd"
    (found,) = bucket.objects(["failed-events/"])
    assert len(found.marks) == 2
    assert bucket.marks(found) == [mark]
    s3.objects.clear()
    assert bucket.marks(found) == []


def test_the_newest_mark_comes_last() -> None:
    s3, bucket = a_bucket()
    s3.objects["failed-events/a"] = b""
    times = [f"2026-11-{day}" for day in (12, 11, 14, 10, 13)]
    for time in times:
        bucket.put_mark("failed-events/a", Mark((time,), time, "sent"))
    (found,) = bucket.objects(["failed-events/"])
    assert [mark.redriven_at for mark in bucket.marks(found)] == sorted(times)


def test_lines_are_read_one_by_one_and_a_bad_one_does_not_hide_the_next() -> None:
    s3, bucket = a_bucket()
    large = a_failed_event(data=b"x" * 300_000)
    s3.objects["k"] = large.to_json() + b"\n{}\n" + a_failed_event().to_json() + b"\n"
    assert list(bucket.failed_events("k")) == [
        large,
        NotReadable("k, line 2,", "is no failed event"),
        a_failed_event(),
    ]


def test_an_object_that_expired_after_it_was_listed_is_told() -> None:
    _, bucket = a_bucket()
    assert list(bucket.failed_events("k")) == [NotReadable("k", "has expired just now")]
    assert bucket.document("k") == NotReadable("k", "has expired just now")


def test_documents_are_json_objects() -> None:
    s3, bucket = a_bucket()
    s3.objects["k"] = b'{"a": 1}'
    assert bucket.document("k") == {"a": 1}
    s3.objects["k"] = b"[1]"
    assert bucket.document("k") == NotReadable("k", "holds no JSON object")
