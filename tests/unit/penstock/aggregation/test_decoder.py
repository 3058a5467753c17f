from hashlib import md5

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from penstock.aggregation import UserRecord, deaggregate, is_aggregate
from penstock.errors import DamagedAggregateError
from tests.unit.penstock.aggregation.aggregates import (
    aggregate,
    aggregates_of,
    hashed_aggregates_of,
    messages_pb2,
    read_with_aws_kinesis_agg,
)

MAGIC = bytes.fromhex("f3899ac2")
KEY = bytes.fromhex("0a016b")  # partition_key_table: "k"
RECORD = bytes.fromhex("1a05 0800 1a0164")  # key index 0, data "d"


def sealed(message: bytes) -> bytes:
    return MAGIC + message + md5(message, usedforsecurity=False).digest()


def field(tag: int, content: bytes) -> bytes:
    assert len(content) < 128
    return bytes([tag, len(content)]) + content


def test_a_record_without_the_magic_is_no_aggregate() -> None:
    assert not is_aggregate(b'{"text": "hello"}')
    assert not is_aggregate(MAGIC[:3])
    assert is_aggregate(MAGIC)


@settings(deadline=None)
@given(aggregates_of | hashed_aggregates_of)
def test_it_reads_what_protobuf_writes(records: list[UserRecord]) -> None:
    # The keys are not shared here, the data comes after the indexes: another writer's habits.
    message = messages_pb2.AggregatedRecord()
    for number, record in enumerate(records):
        message.partition_key_table.append(record.partition_key)
        if record.explicit_hash_key is not None:
            message.explicit_hash_key_table.append(record.explicit_hash_key)
            message.records.add(partition_key_index=number, explicit_hash_key_index=number, data=record.data)
        else:
            message.records.add(partition_key_index=number, data=record.data)
    data = sealed(message.SerializeToString())
    assert deaggregate(data) == read_with_aws_kinesis_agg(data) == records


def test_records_may_come_before_the_tables_and_fields_in_any_order() -> None:
    record = bytes.fromhex("1a07 1a0164 1000 0800")
    assert deaggregate(sealed(record + bytes.fromhex("120137") + KEY)) == [UserRecord("k", "7", b"d")]


def test_of_a_field_that_is_repeated_the_last_counts() -> None:
    record = field(0x1A, bytes.fromhex("0805 0800 1a0161 1a0164"))
    assert deaggregate(sealed(KEY + record)) == [UserRecord("k", None, b"d")]


def test_a_record_without_an_explicit_hash_key_has_none_even_if_others_do() -> None:
    # As the Kinesis Client Library reads it; aws-kinesis-agg lends it the first of the table.
    with_hash_key = field(0x1A, bytes.fromhex("0800 1000 1a0164"))
    data = sealed(KEY + bytes.fromhex("120137") + RECORD + with_hash_key)
    assert [record.explicit_hash_key for record in deaggregate(data)] == [None, "7"]


UNKNOWN_FIELDS = {
    "number": "7801",
    "long number": "78ffffffffffffffffff01",
    "eight bytes": "790102030405060708",
    "bytes": "7a03616263",
    "group": "7b 0801 7c",
    "nested groups": "7b 8301 0801 8401 7c",
    "four bytes": "7d01020304",
    "high field number": "f8ffffff0f01",
}


@pytest.mark.parametrize("encoded", UNKNOWN_FIELDS.values(), ids=UNKNOWN_FIELDS)
def test_unknown_fields_are_skipped(encoded: str) -> None:
    unknown = bytes.fromhex(encoded)
    inner = field(0x1A, unknown + RECORD[2:] + unknown)
    data = sealed(unknown + KEY + inner + unknown)
    assert deaggregate(data) == read_with_aws_kinesis_agg(data) == [UserRecord("k", None, b"d")]


@pytest.mark.parametrize("tag", ["0a016b", "0a016b 120176", "0a00", "7801 0a016b"])
def test_tags_are_ignored(tag: str) -> None:
    record = field(0x1A, RECORD[2:] + field(0x22, bytes.fromhex(tag)))
    data = sealed(KEY + record)
    assert deaggregate(data) == read_with_aws_kinesis_agg(data) == [UserRecord("k", None, b"d")]


DAMAGED = {
    "not an aggregate": b'{"text": "hello"}',
    "magic alone": MAGIC,
    "too short for a checksum": MAGIC + bytes(15),
    "wrong checksum": sealed(KEY + RECORD)[:-1] + b"\0",
    "no records": sealed(KEY),
    "empty message": sealed(b""),
    **{
        name: sealed(bytes.fromhex(message))
        for name, message in {
            "key index beyond the table": "0a016b 1a05 0801 1a0164",
            "key index without a table": "1a05 0800 1a0164",
            "huge key index": "0a016b 1a0e 08ffffffffffffffffff01 1a0164",
            "hash key index beyond the table": "0a016b 1a07 0800 1000 1a0164",
            "record without a key": "0a016b 1a03 1a0164",
            "record without data": "0a016b 1a02 0800",
            "empty record": "0a016b 1a00",
            "record longer than the message": "0a016b 1a7f 0800 1a0164",
            "record of exabytes": "0a016b 1affffffffffffffff7f 0800",
            "data longer than the record": "0a016b 1a05 0800 1a7f64",
            "data longer than the record, two bytes": "0a016b 1a06 0800 1aff0164",
            "data longer than the record, three bytes": "0a016b 1a07 0800 1affff0164",
            "key longer than the message": "0a7f6b",
            "length cut off": "0a016b 1a",
            "length cut off after one byte": "0a016b 1aff",
            "key index cut off": "0a016b 1a04 1a0164 08",
            "key index reaches beyond its record": "0a016b 1a05 1a0164 08ff 0a00",
            "number of eleven bytes": "78ffffffffffffffffffff01",
            "number above 64 bits": "78ffffffffffffffffff7f",
            "key that is not UTF-8": "0a01ff 1a05 0800 1a0164",
            "hash key that is not UTF-8": "0a016b 1201ff 1a05 0800 1a0164",
            "table of numbers": "0801 1a05 0800 1a0164",
            "records of numbers": "0a016b 1801",
            "key index of bytes": "0a016b 1a06 0a0100 1a0164",
            "data of a number": "0a016b 1a04 0800 1864",
            "field number zero": "0a016b 0001 1a05 0800 1a0164",
            "tag above 32 bits": "f8ffffff1f01",
            "wire type six": "7e",
            "wire type seven": "7f",
            "eight bytes cut off": "7901020304050607",
            "four bytes cut off": "7d010203",
            "group without an end": "7b0801",
            "end without a group": "7c",
            "group ended by another": "7b 8401",
            "tag without a key": "0a016b 1a0a 0800 1a0164 2203120176",
            "tag that is not UTF-8": "0a016b 1a0a 0800 1a0164 22030a01ff",
            "tag cut off": "0a016b 1a09 0800 1a0164 22020a05",
        }.items()
    },
    "groups nested too deeply": sealed(b"\x7b" * 101 + b"\x7c" * 101),
}


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_damage_is_named(data: bytes) -> None:
    with pytest.raises(DamagedAggregateError) as error:
        deaggregate(data)
    assert error.value.reason


@settings(deadline=None)
@given(st.binary(max_size=200))
@example(b"")
def test_hostile_bytes_are_read_or_named_damaged_but_never_crash(message: bytes) -> None:
    try:
        records = deaggregate(sealed(message))
    except DamagedAggregateError:
        return
    assert records


@st.composite
def mutilated_messages(draw: st.DrawFn) -> bytes:
    """Draw the messages of one or two aggregates in which pieces were replaced, repeated, moved or taken out."""
    whole = draw(st.lists(aggregates_of | hashed_aggregates_of, min_size=1, max_size=2))
    message = b"".join(aggregate(records)[4:-16] for records in whole)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(message)))
        end = draw(st.integers(start, min(start + 60, len(message))))
        piece = message[start:end]
        piece = draw(st.binary(min_size=1, max_size=3) | st.sampled_from([b"", piece, 2 * piece]))
        rest = message[:start] + message[end:]
        place = draw(st.just(start) | st.integers(0, len(rest)))
        message = rest[:place] + piece + rest[place:]
    return message


@settings(deadline=None)
@given(mutilated_messages())
def test_what_is_read_of_a_mutilated_message_is_what_protobuf_reads(message: bytes) -> None:
    mutilated = sealed(message)
    try:
        found = deaggregate(mutilated)
    except DamagedAggregateError:
        return
    if any(record.explicit_hash_key is None for record in found):
        # Where some records have an explicit hash key, aws-kinesis-agg lends it to those that have none.
        found = [record._replace(explicit_hash_key=None) for record in found]
        theirs = [record._replace(explicit_hash_key=None) for record in read_with_aws_kinesis_agg(mutilated)]
    else:
        theirs = read_with_aws_kinesis_agg(mutilated)
    assert theirs == found


@settings(deadline=None)
@given(aggregates_of, st.integers(0, 2**32))
def test_an_aggregate_cut_short_is_damaged(records: list[UserRecord], cut: int) -> None:
    data = aggregate(records)
    with pytest.raises(DamagedAggregateError):
        deaggregate(data[: cut % len(data)])
