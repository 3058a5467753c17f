import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.aggregation import AggregateBuilder, UserRecord, deaggregate, is_aggregate, partition_key_entry
from tests.unit.penstock.aggregation.aggregates import (
    add,
    aggregate,
    aggregates_of,
    hashed_aggregates_of,
    hashed_records,
    plain_records,
    read_with_aws_kinesis_agg,
)


@settings(deadline=None)
@given(aggregates_of | hashed_aggregates_of)
def test_aws_kinesis_agg_reads_what_was_put(records: list[UserRecord]) -> None:
    data = aggregate(records)
    assert is_aggregate(data)
    assert read_with_aws_kinesis_agg(data) == records


@settings(deadline=None)
@given(aggregates_of | hashed_aggregates_of)
def test_the_decoder_reads_what_was_put(records: list[UserRecord]) -> None:
    assert deaggregate(aggregate(records)) == records


@settings(deadline=None)
@given(st.lists(plain_records, max_size=15) | st.lists(hashed_records, max_size=15), st.integers(0, 40_000))
def test_the_size_is_exact_and_never_above_the_limit(records: list[UserRecord], limit: int) -> None:
    builder = AggregateBuilder(limit)
    size = builder.size
    taken = [record for record in records if add(builder, record)]
    assert size == 20
    assert builder.count == len(taken)
    if taken:
        assert builder.size <= limit
        assert len(builder.build()) == builder.size
        assert deaggregate(builder.build()) == taken


@settings(deadline=None)
@given(plain_records | hashed_records)
def test_what_fits_is_taken_to_the_last_byte(record: UserRecord) -> None:
    size = 20 + add(AggregateBuilder(2**20), record)
    assert add(AggregateBuilder(size - 1), record) == 0
    assert add(AggregateBuilder(size), record) == size - 20


@pytest.mark.parametrize("length", [0, 1, 127, 128, 129, 8191, 8192, 16_383, 16_384, 2**21 - 1, 2**21, 10 * 2**20])
def test_payloads_at_the_bounds_of_their_lengths_encoding(length: int) -> None:
    record = UserRecord("key", None, random.Random(length).randbytes(length))
    data = aggregate([record], limit=11 * 2**20)
    assert read_with_aws_kinesis_agg(data) == [record]
    assert deaggregate(data) == [record]


def test_more_keys_than_two_bytes_can_number() -> None:
    records = [UserRecord(f"{n:x}", None, b"") for n in range(2**14 + 200)]
    builder = AggregateBuilder(2**20)
    assert all(add(builder, record) for record in [*records, *records])
    assert len(builder.build()) == builder.size
    assert read_with_aws_kinesis_agg(builder.build()) == [*records, *records]


def test_a_key_is_in_the_table_once() -> None:
    builder = AggregateBuilder(1000)
    first = builder.add(partition_key_entry(b"key"), b"data")
    assert builder.add(partition_key_entry(b"key"), b"data") == first - len(b"\x0a\x03key")


def test_an_aggregate_that_was_built_stays_as_it_is() -> None:
    builder = AggregateBuilder(1000)
    builder.add(partition_key_entry(b"key"), b"data")
    data = builder.build()
    assert builder.add(partition_key_entry(b"key"), b"more") == 0
    assert builder.build() is data
    assert (builder.size, builder.count) == (len(data), 1)
