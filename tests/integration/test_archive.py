"""The real archive handler against moto's S3: what the stream carried is read back to the byte."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from consumers.archive.bucket import ArchiveBucket, ArchiveError, archived_in
from consumers.archive.line import Archived
from consumers.archive.store import compressed
from consumers.ingest.decode import Delivery, decode
from tests.integration.aggregates import an_aggregate
from tests.integration.lambda_surroundings import SHARD, Context, kinesis_batch, load_handler

ARRIVED = 1_795_253_410.123  # 2026-11-21T09:30:10.123Z
BUCKET = "archive"
Handle = Callable[..., None]


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handle]:
    for name, value in {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "ARCHIVE_BUCKET": BUCKET,
        "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
    }.items():
        monkeypatch.setenv(name, value)
    module = load_handler("archive", monkeypatch)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield lambda batch: module.handler(json.loads(json.dumps(batch)), Context("archive"))


def a_batch(*records: tuple[int, bytes], arrived: float = ARRIVED, shard: str = SHARD) -> dict[str, Any]:
    return kinesis_batch(*records, arrived=arrived, shard=shard)


def kept(hour: str = "2026-11-21T09") -> list[Archived]:
    bucket = ArchiveBucket(boto3.client("s3"), BUCKET)
    return [line for entry in bucket.hour(hour) for line in archived_in(entry.key, bucket.read(entry.key) or b"")]


def keys() -> list[str]:
    return [each["Key"] for each in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_what_ingest_would_have_got_is_read_back(handle: Handle, capsys: pytest.CaptureFixture[str]) -> None:
    batch = a_batch(
        (9, b'{"a": "\xc3\xa9"}'),
        (10, an_aggregate(b"{}", b"\xff", key="author")),
        (11, an_aggregate(b"{}", key="author")[:-1] + b"!"),
    )
    handle(batch)
    (plain, aggregate), failed = decode(batch)
    *read, damaged = (line.delivery() for line in kept())
    parts = [
        Delivery(aggregate.record, "author", (payload,), first=place)
        for place, payload in enumerate(aggregate.payloads)
    ]
    assert read == [plain, *parts]
    assert [damaged] == failed
    assert len(keys()) == 1
    metrics, line = map(json.loads, capsys.readouterr().out.splitlines())
    assert (metrics["RecordsArchived"], metrics["EventsArchived"]) == ([3.0], [4.0])
    assert (line["message"], line["objects"], line["repeats"]) == ("archived", 1, 0)


def test_shards_and_hours_of_arrival_are_apart_and_in_the_streams_order(handle: Handle) -> None:
    handle(a_batch((9, b"9"), shard="shardId-000000000001"))
    handle(a_batch((10, b"10"), shard="shardId-000000000001"))
    handle(a_batch((100, b"100")))
    handle(a_batch((101, b"101"), arrived=ARRIVED + 3600))
    assert [line.data for line in kept()] == [b"100", b"9", b"10"]
    assert [line.data for line in kept("2026-11-21T10")] == [b"101"]


def test_a_repeated_batch_brings_nothing_back_that_was_erased(handle: Handle) -> None:
    batch = a_batch((1, b"1"), (2, b"2"))
    handle(batch)
    (key,) = keys()
    boto3.client("s3").put_object(Bucket=BUCKET, Key=key, Body=compressed([]))
    handle(batch)
    assert keys() == [key]
    assert kept() == []


def test_a_batch_that_could_not_be_kept_is_refused_so_that_it_comes_again(handle: Handle) -> None:
    boto3.client("s3").delete_bucket(Bucket=BUCKET)
    with pytest.raises(boto3.client("s3").exceptions.NoSuchBucket):
        handle(a_batch((1, b"1")))


@pytest.mark.parametrize("body", [b"no gzip", compressed([b"{}"]), compressed([b"{}"])[:-4]])
def test_what_is_damaged_is_named(body: bytes) -> None:
    with pytest.raises(ArchiveError, match="records/x"):
        archived_in("records/x", body)
