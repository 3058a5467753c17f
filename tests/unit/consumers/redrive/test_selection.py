"""A selection says which failed events and discarded batches are meant, and where to look for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.failed_events import Reason, object_key
from consumers.ingest.decode import Delivery, Record
from consumers.ingest.validate import validate
from consumers.redrive.selection import Selection, SelectionError, author, day_of_batch, json_object, place
from tests.unit.consumers.redrive.failures import a_failed_event, payload

EVENT = a_failed_event()
KEY = object_key([EVENT])
BATCH = "aws/lambda/0b3c/shardId-000000000000/2026/11/22/2026-11-22T00.38.06-7a1c"


def test_nothing_given_means_everything() -> None:
    assert not Selection()
    assert Selection().wants(KEY, EVENT)
    assert Selection().wants_batch(BATCH)
    assert Selection().failed_event_prefixes() == ["failed-events/"]


@pytest.mark.parametrize(
    "given",
    [
        {"reasons": ("invalid",)},
        {"reasons": ("future", "invalid")},
        {"days": ("2026-11-21",)},
        {"keys": (KEY,)},
        {"keys": (f"{KEY}#4959.3",)},
        {"authors": ("ada",)},
        {"reasons": ("invalid",), "authors": ("ada", "bob"), "days": ("2026-11-21",)},
    ],
)
def test_what_fits_all_that_is_given_is_meant(given: dict[str, tuple[str, ...]]) -> None:
    selection = Selection.of(**given)
    assert selection
    assert selection.wants(KEY, EVENT)
    assert all(KEY.startswith(prefix) for prefix in selection.failed_event_prefixes())


@pytest.mark.parametrize(
    "given",
    [
        {"reasons": ("future",)},
        {"days": ("2026-11-22",)},
        {"keys": (f"{KEY}#4959.4",)},
        {"keys": ("failed-events/elsewhere",)},
        {"authors": ("bob",)},
        {"reasons": ("invalid",), "authors": ("bob",)},
    ],
)
def test_what_misses_one_is_not(given: dict[str, tuple[str, ...]]) -> None:
    assert not Selection.of(**given).wants(KEY, EVENT)


def test_only_objects_that_can_hold_what_is_meant_are_read() -> None:
    assert Selection.of(days=("2026-11-22", "2026-11-21")).failed_event_prefixes() == [
        "failed-events/2026-11-21/",
        "failed-events/2026-11-22/",
    ]
    assert Selection.of(keys=(f"{KEY}#1.0", f"{KEY}#2.0", BATCH)).failed_event_prefixes() == [KEY]
    assert Selection.of(keys=(KEY,), days=("2026-11-22",)).failed_event_prefixes() == []
    assert Selection.of(keys=(KEY, BATCH)).discarded_prefixes() == [BATCH]


def test_of_two_keys_one_of_which_begins_the_other_nothing_comes_twice() -> None:
    assert Selection.of(keys=(BATCH + "2", BATCH, BATCH + "1")).discarded_prefixes() == [BATCH]
    assert Selection.of(keys=(KEY + "x", KEY)).failed_event_prefixes() == [KEY]


def test_discarded_batches_are_chosen_by_day_and_key() -> None:
    assert day_of_batch(BATCH) == "2026-11-22"
    assert Selection.of(days=("2026-11-22",)).wants_batch(BATCH)
    assert not Selection.of(days=("2026-11-21",)).wants_batch(BATCH)
    assert Selection.of(keys=(BATCH,)).wants_batch(BATCH)
    assert not Selection.of(keys=(KEY,)).wants_batch(BATCH)
    assert day_of_batch("aws/lambda/odd") == ""


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reasons": ("bored",)}, "no reason 'bored'; the reasons are unreadable"),
        ({"days": ("21.11.2026",)}, "a day is a date like 2026-11-21, not '21.11.2026'"),
        ({"keys": ("s3://x",)}, "begins with failed-events/ or aws/lambda/"),
    ],
)
def test_what_cannot_be_understood_is_named(given: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(SelectionError, match=message):
        Selection.of(**given)


@pytest.mark.parametrize("data", [b"", b"{", b"[1]", b"\xff", b'{"author": 7}', b"[" * 100_000, b"1" * 5_000])
def test_a_payload_without_a_readable_author_has_none(data: bytes) -> None:
    assert author(data) is None


@given(st.binary())
def test_no_payload_breaks_the_reader(data: bytes) -> None:
    assert json_object(data) is None or author(data) is None


HOSTILE = [
    b"\xef\xbb\xbf{}",
    "{}".encode("utf-16"),
    "{}".encode("utf-32"),
    b'{"a": "\\ud800"}',
    b'{"a": ' + b"9" * 5_000 + b"}",
    b'{"a": 1e999}',
    b'{"a": NaN}',
    b'{"a": ' + b"[" * 300 + b"]" * 300 + b"}",
    b'{"a": 1, "a": 2}',
    b"[1]",
]


def to_ingest(data: bytes) -> Reason | None:
    record = Record("arn", "shard", "1", 1, 0)
    _, failed = validate([Delivery(record, "key", [data])], 1)
    return failed[0].reason if failed else None


@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_a_json_object_is_what_ingest_takes_for_one(data: bytes) -> None:
    assert (json_object(data) is None) == (to_ingest(data) is Reason.UNREADABLE)


@given(st.binary() | st.text().map(str.encode))
def test_that_holds_for_any_bytes(data: bytes) -> None:
    assert (json_object(data) is None) == (to_ingest(data) is Reason.UNREADABLE)


def test_author_and_place() -> None:
    assert author(payload()) == "ada"
    assert place(EVENT) == "4959.3"
    assert Reason.INVALID in Selection.of(reasons=("invalid",)).reasons
