"""The schedule gives each event one address, by its content alone and for ever."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.schedule import DAY, Address, Entry, Schedule, ScheduleError

FIRST = {"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}


def schedule(*entries: dict[str, object]) -> Schedule:
    return Schedule.parse(json.dumps(entries))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not JSON"),
        ("{}", "must be a JSON list"),
        ("[]", "at least one entry"),
        ("[3]", "entry 0 must have exactly"),
        (json.dumps([FIRST, FIRST]), "in order"),
        (json.dumps([FIRST | {"extra": 1}]), "entry 0 must have exactly"),
        (json.dumps([FIRST | {"seconds": 7}]), "entry 0: 'seconds' must divide 60"),
        (json.dumps([FIRST | {"seconds": "10"}]), "entry 0: 'seconds', 'groups' and 'buckets' must be whole"),
        (json.dumps([FIRST | {"seconds": True}]), "whole numbers"),
        (json.dumps([FIRST | {"groups": 6}]), "power of two"),
        (json.dumps([FIRST | {"groups": 0}]), "power of two"),
        (
            json.dumps([FIRST | {"groups": 4096}]),
            "entry 0: 10 s panes of 4096 groups are 24576 addresses a minute, more than the 16384 .* longer panes or",
        ),
        (json.dumps([FIRST | {"buckets": 0}]), "'buckets' must be 1 to"),
        (json.dumps([FIRST | {"from": "1970-01-01T00:00:00"}]), "offset from UTC"),
        (json.dumps([FIRST | {"from": "soon"}]), "ISO 8601"),
        (json.dumps([FIRST | {"from": 0}]), "ISO 8601"),
        (json.dumps([FIRST | {"from": "1970-01-01T00:00:01Z"}]), "whole minute"),
    ],
)
def test_a_broken_schedule_is_refused_with_its_fault(text: str, complaint: str) -> None:
    with pytest.raises(ScheduleError, match=complaint):
        Schedule.parse(text)


def test_an_entry_holds_from_its_start_on() -> None:
    changed = schedule(FIRST, FIRST | {"from": "2026-11-21T12:00:00Z", "seconds": 5, "groups": 16, "buckets": 8})
    start = changed.entries[1].start
    assert changed.at(start - 0.001) == Entry(0, 10, 8, 4)
    assert changed.at(start).groups == 16
    assert changed.at(-5).groups == 8, "what is older than the first entry still has an address"


def test_an_appended_entry_leaves_older_addresses_alone() -> None:
    before = schedule(FIRST)
    after = schedule(FIRST, FIRST | {"from": "2026-11-21T12:00:00Z", "seconds": 60, "groups": 1})
    for when in range(after.entries[1].start - 100, after.entries[1].start, 7):
        assert before.address(when, "someone") == after.address(when, "someone")


@given(st.floats(0, 4e9), st.text(min_size=1), st.sampled_from([1, 2, 8, 64, 256]), st.sampled_from([1, 10, 60]))
def test_pane_holds_the_event_and_group_is_the_top_of_the_hash_key(
    when: float, author: str, groups: int, seconds: int
) -> None:
    address = schedule(FIRST | {"groups": groups, "seconds": seconds}).address(when, author)
    assert address.pane <= when < address.pane + seconds
    hash_key = int.from_bytes(hashlib.md5(author.encode(), usedforsecurity=False).digest(), "big")
    width = 2**128 // groups
    assert address.group * width <= hash_key < (address.group + 1) * width
    assert address.minute <= address.pane < address.minute + 60
    assert Address.parse(address.key) == address


def test_position_numbers_the_addresses_of_a_minute_without_gaps() -> None:
    minute = 28_000_000 * 60
    addresses = [Address(minute + offset, 10, group, 8) for offset in range(0, 60, 10) for group in range(8)]
    assert [address.position for address in addresses] == list(range(Entry(0, 10, 8, 4).addresses_a_minute))


@pytest.mark.parametrize("key", ["", "3", "3+10", "a+10#1/8", "3+10#1/"])
def test_a_key_that_is_no_address_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        Address.parse(key)


def test_one_day_has_one_number_of_buckets() -> None:
    changed = schedule(FIRST, FIRST | {"from": "2026-11-21T12:00:00Z", "buckets": 16})
    start = changed.entries[1].start
    midnight = start - start % DAY
    assert {changed.buckets_at(midnight + offset) for offset in range(0, DAY, 3600)} == {4}
    assert changed.buckets_at(midnight + DAY) == 16
