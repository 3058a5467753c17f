"""S3, rule by rule."""

from typing import Any

from tests.unit.simulation.services.contract.rules import refused, rule
from tests.unit.simulation.services.contract.worlds import BUCKET, World

API = "S3 API Reference, "
GUIDE = "S3 User Guide, "


def put(client: Any, *keys: str, **options: Any) -> None:  # noqa: ANN401 - a client and its request
    for key in keys:
        client.put_object(Bucket=BUCKET, Key=key, Body=key.encode(), **options)


def body(client: Any, key: str) -> bytes:  # noqa: ANN401
    return bytes(client.get_object(Bucket=BUCKET, Key=key)["Body"].read())


def listed(client: Any, **options: Any) -> list[str]:  # noqa: ANN401
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, **options)
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


@rule(GUIDE + "What is Amazon S3?")
def test_what_was_written_last_is_read_and_listed_at_once(aws: World) -> None:
    client = aws.s3()
    client.put_object(Bucket=BUCKET, Key="a", Body=b"old")
    client.put_object(Bucket=BUCKET, Key="a", Body=b"new")
    assert body(client, "a") == b"new"
    assert listed(client) == ["a"]
    client.delete_object(Bucket=BUCKET, Key="a")
    assert listed(client) == []


@rule(API + "GetObject")
def test_what_is_not_there_is_missed(aws: World) -> None:
    client = aws.s3()
    with refused("NoSuchKey"):
        client.get_object(Bucket=BUCKET, Key="nothing")
    with refused("NoSuchBucket"):
        client.get_object(Bucket="no-bucket", Key="nothing")
    with refused("404"):
        client.head_object(Bucket=BUCKET, Key="nothing")


@rule(API + "GetObject")
def test_an_object_says_what_it_is(aws: World) -> None:
    client = aws.s3()
    put(client, "a", ContentType="text/plain", Metadata={"from": "here"})
    told = client.head_object(Bucket=BUCKET, Key="a")
    assert (told["ContentType"], told["ContentLength"], told["Metadata"]) == ("text/plain", 1, {"from": "here"})
    got = client.get_object(Bucket=BUCKET, Key="a")
    assert (got["ETag"], got["ContentType"]) == (told["ETag"], "text/plain")


@rule(GUIDE + "How to prevent object overwrites with conditional writes")
def test_an_object_is_put_where_there_is_none_and_never_over_another(aws: World) -> None:
    client = aws.s3()
    client.put_object(Bucket=BUCKET, Key="a", Body=b"first", IfNoneMatch="*")
    with refused("PreconditionFailed"):
        client.put_object(Bucket=BUCKET, Key="a", Body=b"second", IfNoneMatch="*")
    assert body(client, "a") == b"first"
    client.delete_object(Bucket=BUCKET, Key="a")
    client.put_object(Bucket=BUCKET, Key="a", Body=b"third", IfNoneMatch="*")
    assert body(client, "a") == b"third"


@rule(GUIDE + "How to prevent object overwrites with conditional writes")
def test_an_object_is_replaced_if_it_is_as_it_was(aws: World) -> None:
    client = aws.s3()
    tag = client.put_object(Bucket=BUCKET, Key="a", Body=b"first")["ETag"]
    newer = client.put_object(Bucket=BUCKET, Key="a", Body=b"second", IfMatch=tag)["ETag"]
    with refused("PreconditionFailed"):
        client.put_object(Bucket=BUCKET, Key="a", Body=b"third", IfMatch=tag)
    assert body(client, "a") == b"second"
    assert newer != tag


@rule(API + "PutObject")
def test_there_is_nothing_to_match(aws: World) -> None:
    client = aws.s3()
    with refused("NoSuchKey"):
        client.put_object(Bucket=BUCKET, Key="a", Body=b"x", IfMatch='"tag"')


@rule(API + "DeleteObject")
def test_what_is_not_there_is_deleted_all_the_same(aws: World) -> None:
    client = aws.s3()
    client.delete_object(Bucket=BUCKET, Key="nothing")
    put(client, "a")
    client.delete_object(Bucket=BUCKET, Key="a")
    client.delete_object(Bucket=BUCKET, Key="a")
    assert listed(client) == []


@rule(GUIDE + "Listing object keys programmatically")
def test_keys_are_listed_in_the_order_of_their_utf_8(aws: World) -> None:
    client = aws.s3()
    keys = ["z", "a/10", "a/9", "A", "ä", "日", "\U0001f600", "\uffee"]
    put(client, *keys)
    assert listed(client) == sorted(keys, key=str.encode)


@rule(API + "ListObjectsV2")
def test_a_listing_is_of_a_prefix_and_comes_in_pages(aws: World) -> None:
    client = aws.s3()
    put(client, "b/1", "a/3", "a/1", "a/2")
    first = client.list_objects_v2(Bucket=BUCKET, Prefix="a/", MaxKeys=2)
    rest = client.list_objects_v2(Bucket=BUCKET, Prefix="a/", ContinuationToken=first["NextContinuationToken"])
    assert [[entry["Key"] for entry in page["Contents"]] for page in (first, rest)] == [["a/1", "a/2"], ["a/3"]]
    assert [(page["KeyCount"], page["IsTruncated"]) for page in (first, rest)] == [(2, True), (1, False)]
    assert [entry["Size"] for entry in rest["Contents"]] == [3]
    assert listed(client, Prefix="a/") == ["a/1", "a/2", "a/3"]
    assert "Contents" not in client.list_objects_v2(Bucket=BUCKET, Prefix="c/")


@rule(API + "ListObjectsV2", moto="A page of a listing has as many keys as were asked for, more than 1,000 too.")
def test_a_page_has_at_most_a_thousand_keys(aws: World) -> None:
    assert aws.s3().list_objects_v2(Bucket=BUCKET, MaxKeys=5_000)["MaxKeys"] == 1_000


@rule(API + "ListObjectsV2")
def test_a_listing_begins_after_a_key_and_gathers_keys_by_a_delimiter(aws: World) -> None:
    client = aws.s3()
    put(client, "a/1", "a/2", "b", "c/1")
    page = client.list_objects_v2(Bucket=BUCKET, Delimiter="/")
    assert [entry["Key"] for entry in page["Contents"]] == ["b"]
    assert [entry["Prefix"] for entry in page["CommonPrefixes"]] == ["a/", "c/"]
    assert listed(client, StartAfter="a/2") == ["b", "c/1"]


@rule(GUIDE + "Naming Amazon S3 objects", moto="A key may have any length.")
def test_a_key_has_1_024_bytes(aws: World) -> None:
    client = aws.s3()
    put(client, "k" * 1024)
    with refused("KeyTooLongError"):
        put(client, "ü" * 513)
