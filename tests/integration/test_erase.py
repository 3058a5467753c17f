"""Erase against moto: one author's raw records go from both buckets, and nothing else does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from consumers.archive.bucket import lines_of
from consumers.erase.run import Erasure
from tests.integration.aggregates import an_aggregate
from tests.integration.archived_stack import ArchivedStack, archived_stack

ADA, BOB = "did:plc:ada-lovelace", "did:plc:bob"
ARRIVED = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
ERASE = ("--platform", "bluesky", "--author", ADA)


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[ArchivedStack]:
    with archived_stack(monkeypatch, capsys) as started:
        yield started


def an_event(number: int, author: str, **changes: object) -> bytes:
    fields = {
        "event_id": f"e{number}",
        "kind": "post",
        "platform": "bluesky",
        "author": author,
        "created_at": ARRIVED.isoformat(),
    }
    return json.dumps(fields | changes).encode()


RECORDS = (
    (1, an_aggregate(an_event(1, ADA), an_event(2, BOB), an_event(3, ADA, kind="shout"))),
    (2, an_aggregate(an_event(4, BOB, kind="shout"), an_event(5, BOB))),
    (3, an_event(6, ADA)),
)


def everything(stack: ArchivedStack) -> dict[str, bytes]:
    """Return what is in both buckets, all versions, by name; the archive's objects decompressed."""
    client, found = boto3.client("s3"), {}
    for name in ("FailedEventsBucket", "ArchiveBucket"):
        bucket = stack.names[name]
        for each in client.list_object_versions(Bucket=bucket).get("Versions", []):
            body = client.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])["Body"].read()
            if each["Key"].startswith("records/"):
                body = b"\n".join(lines_of(each["Key"], body))
            found[f"{name} {each['Key']} {each['VersionId']}"] = body
    return found


def test_it_only_counts_unless_it_is_confirmed(stack: ArchivedStack) -> None:
    stack.arrive(*RECORDS, arrived=ARRIVED)
    before = everything(stack)
    status, report, errors = stack.command("erase", *ERASE)
    assert (status, errors) == (0, "")
    assert (report["failed_events"], report["archive"], report["confirmed"]) == (1, 3, False)
    assert everything(stack) == before


def test_one_authors_records_go_and_the_others_stay_to_the_byte(stack: ArchivedStack) -> None:
    stack.arrive(*RECORDS, arrived=ARRIVED)
    before = everything(stack)
    status, report, errors = stack.command("erase", *ERASE, "--confirm")
    assert (status, errors) == (0, "")
    assert (report["failed_events"], report["archive"], report["objects_changed"]) == (1, 3, 2)
    after = everything(stack)
    assert not [body for body in after.values() if ADA.encode() in body]
    for name, body in before.items():
        (left,) = [found for key, found in after.items() if key.split()[1] == name.split()[1]]
        theirs = [line for line in body.splitlines() if line not in left.splitlines()]
        assert left.splitlines() == [line for line in body.splitlines() if line not in theirs]
    assert [event.position.sub_sequence_number for event in stack.failed()] == [0]
    assert stack.command("erase", *ERASE, "--confirm")[1]["objects_changed"] == 0


def test_a_batch_that_is_delivered_again_brings_nothing_back(stack: ArchivedStack) -> None:
    stack.arrive(*RECORDS, arrived=ARRIVED)
    stack.command("erase", *ERASE, "--confirm")
    stack.arrive(*RECORDS, arrived=ARRIVED)
    assert not [body for body in everything(stack).values() if ADA.encode() in body]


def test_old_versions_go_too(stack: ArchivedStack) -> None:
    for name in ("FailedEventsBucket", "ArchiveBucket"):
        boto3.client("s3").put_bucket_versioning(
            Bucket=stack.names[name], VersioningConfiguration={"Status": "Enabled"}
        )
    stack.arrive(*RECORDS, arrived=ARRIVED)
    bucket, client = stack.names["FailedEventsBucket"], boto3.client("s3")
    (key,) = stack.keys("FailedEventsBucket")
    client.put_object(Bucket=bucket, Key=key, Body=client.get_object(Bucket=bucket, Key=key)["Body"].read())
    status, report, _ = stack.command("erase", *ERASE, "--confirm")
    assert (status, report["old_versions"]) == (0, 1)
    found = everything(stack)
    assert len(found) == 2
    assert not [body for body in found.values() if ADA.encode() in body]


def test_it_may_be_interrupted_anywhere_and_repeated(stack: ArchivedStack) -> None:
    for number in range(5):
        records = [(10 * number + sequence, data) for sequence, data in RECORDS]
        stack.arrive(*records, arrived=ARRIVED + timedelta(seconds=number))
    replace, left = Erasure._replace, [0]

    def until_interrupted(*arguments: Any) -> None:  # noqa: ANN401 - the method's own
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        replace(*arguments)

    stack.monkeypatch.setattr(Erasure, "_replace", until_interrupted)
    status = 130
    runs = 0
    while status == 130:
        left[0] = 1
        status, report, _ = stack.command("erase", *ERASE, "--confirm")
        assert report["complete"] is (status == 0)
        runs += 1
    assert runs > 1
    assert not [body for body in everything(stack).values() if ADA.encode() in body]


def test_what_is_written_meanwhile_is_not_lost(stack: ArchivedStack) -> None:
    stack.arrive(*RECORDS, arrived=ARRIVED)
    bucket, client = stack.names["FailedEventsBucket"], boto3.client("s3")
    (key,) = stack.keys("FailedEventsBucket")
    replace, written = Erasure._replace, list[bytes]()

    def after_another(erasure: Erasure, version: Any, body: Any, answer: Any) -> None:  # noqa: ANN401 - the method's own
        if version.key == key and not written:
            now = client.get_object(Bucket=bucket, Key=key)["Body"].read()
            written.append(now.splitlines()[-1].replace(b'"sub_sequence_number":', b'"sub_sequence_number":9'))
            client.put_object(Bucket=bucket, Key=key, Body=now + written[0] + b"\n")
        replace(erasure, version, body, answer)

    stack.monkeypatch.setattr(Erasure, "_replace", after_another)
    assert stack.command("erase", *ERASE, "--confirm")[0] == 0
    assert written[0] in client.get_object(Bucket=bucket, Key=key)["Body"].read()


def test_a_stack_without_an_archive_and_a_name_from_a_file(stack: ArchivedStack, tmp_path: Any) -> None:  # noqa: ANN401 - pytest's
    stack.arrive(*RECORDS, arrived=ARRIVED)
    boto3.client("s3").put_object(Bucket=stack.names["ArchiveBucket"], Key="records/x/y/0_0_z.jsonl.gz", Body=b"?")
    (tmp_path / "name").write_text(ADA + "\n")
    status, report, errors = stack.command(
        "erase", "--platform", "bluesky", "--author-file", str(tmp_path / "name"), "--confirm"
    )
    assert (status, report["not_readable"], report["failed_events"]) == (1, 1, 1)
    assert "records/x/y/0_0_z.jsonl.gz" in errors
    assert ADA not in errors


def test_nothing_found_is_said(stack: ArchivedStack) -> None:
    stack.arrive(*RECORDS, arrived=ARRIVED)
    status, report, errors = stack.command("erase", "--platform", "bluesky", "--author", "did:plc:aad")
    assert (status, report["complete"]) == (0, True)
    assert errors == "no object holds such an event: check platform and spelling\n"


@pytest.mark.parametrize("platform", ["Bluesky", "Blue Sky!"])
def test_a_platform_that_no_valid_event_has_is_wrong_usage_unless_a_refused_one_has_it(
    stack: ArchivedStack, platform: str
) -> None:
    stack.arrive(*RECORDS, arrived=ARRIVED)
    arguments = ("--platform", platform, "--author", ADA, "--confirm")
    before = everything(stack)
    status, _, errors = stack.command("erase", *arguments)
    assert (status, errors.count("\n"), ADA in errors) == (2, 1, False)
    assert f"can have the platform {platform!r}" in errors
    assert everything(stack) == before

    stack.arrive((7, an_event(7, ADA, platform=platform)), arrived=ARRIVED)
    status, report, errors = stack.command("erase", *arguments)
    assert (status, errors) == (0, "")
    assert (report["failed_events"], report["archive"]) == (1, 1)


@pytest.mark.parametrize(
    "arguments",
    [("--platform", "bluesky"), ("--author", ADA), (*ERASE, "--author-file", "-"), (*ERASE, "--stack", "other")],
)
def test_wrong_usage_is_one_line_and_status_2_and_names_nobody(
    stack: ArchivedStack, arguments: tuple[str, ...]
) -> None:
    status, _, errors = stack.command("erase", *arguments)
    assert (status, errors.count("\n"), ADA in errors) == (2, 1, False)
