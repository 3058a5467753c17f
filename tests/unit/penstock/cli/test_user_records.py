"""What Kinesis records hold, and how it is printed."""

import json
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

from penstock.aggregation import AggregateBuilder, hash_key_entry, partition_key_entry
from penstock.cli.reading.user_records import ReadRecord, read_records
from penstock.cli.tail.lines import data_line, json_line

ARRIVED = datetime(2026, 11, 21, 9, 30, 0, 123_000, tzinfo=UTC)


def record(data: bytes) -> dict[str, Any]:
    return {"SequenceNumber": "42", "ApproximateArrivalTimestamp": ARRIVED, "PartitionKey": "lane", "Data": data}


def aggregate() -> bytes:
    builder = AggregateBuilder(10_000)
    builder.add(partition_key_entry("ключ".encode()), b"one")
    builder.add_hashed(partition_key_entry(b"b"), hash_key_entry("7"), b"\xff")
    return builder.build()


def test_an_aggregate_is_opened_with_keys_and_places() -> None:
    assert read_records("s", record(aggregate())) == [
        ReadRecord("s", "42", 0, "ключ", None, ARRIVED, b"one", None),
        ReadRecord("s", "42", 1, "b", "7", ARRIVED, b"\xff", None),
    ]


def test_a_plain_record_is_what_it_is() -> None:
    assert read_records("s", record(b"data")) == [ReadRecord("s", "42", None, "lane", None, ARRIVED, b"data", None)]


def test_a_damaged_aggregate_is_kept_whole_and_its_damage_named() -> None:
    damaged = aggregate()[:-1]
    (found,) = read_records("s", record(damaged))
    assert found.data == damaged
    assert found.damage
    printed = json.loads(json_line(found))
    assert printed["damaged"] == found.damage
    assert b64decode(printed["data_base64"]) == damaged
    assert "data" not in printed


def test_data_goes_as_it_is_but_to_a_terminal() -> None:
    (found,) = read_records("s", record(b"\x1b[2J\xff"))
    assert data_line(found, terminal=False) == b"\x1b[2J\xff\n"
    assert data_line(found, terminal=True) == b"\\x1b[2J\\xff\n"


def test_an_envelope_says_where_a_record_is() -> None:
    first, second = (json.loads(json_line(each)) for each in read_records("shard", record(aggregate())))
    assert first == {
        "shard": "shard",
        "sequence_number": "42",
        "subsequence_number": 0,
        "partition_key": "ключ",
        "arrived_at": "2026-11-21T09:30:00.123+00:00",
        "data": "one",
    }
    assert second["explicit_hash_key"] == "7"
    assert b64decode(second["data_base64"]) == b"\xff"


def test_an_envelope_is_one_line_without_anything_that_acts_on_a_terminal() -> None:
    (found,) = read_records("s", record(b"\x1b[2J\x7f\n\xc2\x9b"))
    line = json_line(found)
    assert json.loads(line)["data"] == "\x1b[2J\x7f\n\x9b"
    assert line.count(b"\n") == 1
    assert not any(byte in line[:-1] for byte in (0x1B, 0x7F, 0x9B, 0x0A))
