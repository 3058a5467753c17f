"""Objects lose one author's records and nothing else: every byte of the others stays."""

import json
from base64 import b64decode, b64encode

import pytest

from consumers.archive.bucket import lines_of
from consumers.archive.line import Archived
from consumers.archive.store import compressed
from consumers.erase.author import Author, Verdict
from consumers.erase.rewriting import Eraser, UnreadableError
from consumers.failed_events import FailedEvent, Reason
from consumers.ingest.decode import Record, decode
from penstock.aggregation import deaggregate
from tests.integration.aggregates import an_aggregate

ADA = Author("bluesky", "ada “lovelace”")
RECORD = Record(
    "arn:aws:kinesis:us-east-1:123456789012:stream/events", "shardId-000000000000", "7", 7, 1_795_253_410_123
)
FAILED = "failed-events/2026-11-21/shardId-000000000000/7.0_7.3_x.jsonl"
ARCHIVE = "records/2026-11-21T09/shardId-000000000000/7_7_x.jsonl.gz"
DISCARDED = "aws/lambda/d5f1c0de/shardId-000000000000/2026/11/21/x"


def an_event(author: str = ADA.name, platform: str = "bluesky", **more: object) -> bytes:
    return json.dumps({"event_id": "1", "platform": platform, "author": author, **more}).encode()


THEIRS = an_event()
ANOTHERS = an_event("bob", text=f"as {ADA.name} says")
ELSEWHERE = an_event(platform="mastodon")
CUT_OFF = THEIRS[:-1]


def a_failed_event(data: bytes, place: int = 0, partition_key: str = "key") -> bytes:
    failed = FailedEvent(Reason.INVALID, (), RECORD.stream_arn, RECORD.shard_id, "7", place, 0, partition_key, data)
    return failed.to_json() + b"\n"


def a_discarded_batch(*payloads: bytes, key: str = "key") -> bytes:
    records = [
        {
            "kinesis": {
                "partitionKey": key,
                "sequenceNumber": str(number),
                "data": b64encode(data).decode(),
                "approximateArrivalTimestamp": 1_795_253_410.123,
            },
            "eventID": f"shardId-000000000000:{number}",
            "eventSourceARN": RECORD.stream_arn,
        }
        for number, data in enumerate(payloads)
    ]
    return json.dumps({"KinesisBatchInfo": {}, "payload": json.dumps({"Records": records})}).encode()


def payloads_of(body: bytes | None) -> list[list[bytes]]:
    assert body is not None
    deliveries, failed = decode(json.loads(json.loads(body)["payload"]))
    assert not failed
    return [list(each.payloads) for each in deliveries]


@pytest.mark.parametrize(
    ("data", "partition_key", "verdict"),
    [
        (THEIRS, "key", Verdict.THEIRS),
        (json.dumps(json.loads(THEIRS), ensure_ascii=False).encode(), "key", Verdict.THEIRS),
        (ANOTHERS, ADA.name, Verdict.ANOTHERS),
        (ELSEWHERE, "key", Verdict.ANOTHERS),
        (CUT_OFF, "key", Verdict.UNCLEAR),
        (b"{", ADA.name, Verdict.UNCLEAR),
        (b"{", "key", Verdict.ANOTHERS),
        (json.dumps({"author": ADA.name}).encode(), "key", Verdict.UNCLEAR),
        (json.dumps({"nested": THEIRS.decode()}).encode(), "key", Verdict.UNCLEAR),
        (an_aggregate(THEIRS)[:-1] + b"!", "key", Verdict.UNCLEAR),
    ],
)
def test_a_payload_is_whose_it_says(data: bytes, partition_key: str, verdict: Verdict) -> None:
    assert ADA.of(data, partition_key) is verdict


def test_failed_events_lose_their_lines_and_the_others_stay_as_they_are() -> None:
    # Not as this version writes it: what stays is not written anew.
    odd = a_failed_event(ANOTHERS, 1).replace(b'"reason":', b'"reason" :  ')
    body = a_failed_event(THEIRS) + odd + a_failed_event(CUT_OFF, 2) + a_failed_event(ELSEWHERE, 3)
    result = Eraser(ADA, unclear_too=False).rewrite(FAILED, body)
    assert result.body == odd + a_failed_event(CUT_OFF, 2) + a_failed_event(ELSEWHERE, 3)
    assert (result.erased, result.unclear) == (1, 1)
    assert Eraser(ADA, unclear_too=False).rewrite(FAILED, result.body).erased == 0
    result = Eraser(ADA, unclear_too=True).rewrite(FAILED, body)
    assert (result.body, result.erased, result.unclear) == (odd + a_failed_event(ELSEWHERE, 3), 2, 0)


def test_a_line_that_cannot_be_read_is_named_and_stays_unless_it_names_the_author() -> None:
    broken = a_failed_event(b"{", partition_key=ADA.name)[:-5] + b"\n"
    result = Eraser(ADA, unclear_too=False).rewrite(FAILED, b"?\n" + broken)
    assert (result.body, result.unclear) == (b"?\n" + broken, 1)
    assert result.not_readable == ["line 1 is no failed event", "line 2 is no failed event"]
    assert Eraser(ADA, unclear_too=True).rewrite(FAILED, b"?\n" + broken).body == b"?\n"


def test_the_archive_loses_lines_and_the_places_of_the_others_stay() -> None:
    lines = [Archived(RECORD, place, "key", data).to_json() for place, data in enumerate([ANOTHERS, THEIRS, ELSEWHERE])]
    result = Eraser(ADA, unclear_too=False).rewrite(ARCHIVE, compressed(lines))
    assert lines_of(ARCHIVE, result.body or b"") == [lines[0], lines[2]]
    assert result.erased == 1


def test_an_object_of_lines_stays_when_it_is_empty_so_that_its_name_is_taken() -> None:
    result = Eraser(ADA, unclear_too=False).rewrite(FAILED, a_failed_event(THEIRS))
    assert (result.body, result.erased) == (b"", 1)
    result = Eraser(ADA, unclear_too=False).rewrite(
        ARCHIVE, compressed([Archived(RECORD, None, "k", THEIRS).to_json()])
    )
    assert lines_of(ARCHIVE, result.body or b"?") == []


def test_a_discarded_batch_loses_records_and_parts_of_aggregates() -> None:
    body = a_discarded_batch(ANOTHERS, THEIRS, an_aggregate(ANOTHERS, THEIRS, ELSEWHERE), key=ADA.name)
    result = Eraser(ADA, unclear_too=False).rewrite(DISCARDED, body)
    assert payloads_of(result.body) == [[ANOTHERS], [ANOTHERS, b"", ELSEWHERE]]
    assert result.erased == 2
    assert Eraser(ADA, unclear_too=False).rewrite(DISCARDED, result.body or b"").erased == 0


def test_keys_of_an_aggregate_go_with_its_parts() -> None:
    aggregate = b64encode(an_aggregate(THEIRS, ANOTHERS)).decode()
    batch = {"Records": [{"kinesis": {"data": aggregate, "partitionKey": ADA.name}}]}
    body = json.dumps({"payload": json.dumps(batch)}).encode()
    kinesis = json.loads(json.loads(Eraser(ADA, unclear_too=False).rewrite(DISCARDED, body).body or b"")["payload"])[
        "Records"
    ][0]["kinesis"]
    assert kinesis["partitionKey"] == "erased"
    assert [part.partition_key for part in deaggregate(b64decode(kinesis["data"]))] == ["erased", "key"]


def test_a_discarded_batch_of_nobody_else_goes() -> None:
    result = Eraser(ADA, unclear_too=False).rewrite(DISCARDED, a_discarded_batch(THEIRS, THEIRS))
    assert (result.body, result.erased) == (None, 2)


def test_a_discarded_batch_of_segments_is_left_alone() -> None:
    body = json.dumps({"DDBStreamBatchInfo": {}, "payload": "{}"}).encode()
    assert Eraser(ADA, unclear_too=True).rewrite(DISCARDED, body).erased == 0


@pytest.mark.parametrize(
    ("key", "body"), [(ARCHIVE, b"?"), (DISCARDED, b"?"), (DISCARDED, b"[]"), (DISCARDED, b'{"payload": "{}"}')]
)
def test_what_is_not_what_its_name_says_is_refused(key: str, body: bytes) -> None:
    with pytest.raises(UnreadableError) as refused:
        Eraser(ADA, unclear_too=True).rewrite(key, body)
    assert ADA.name not in str(refused.value)
