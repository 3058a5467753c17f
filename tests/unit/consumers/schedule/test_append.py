"""An entry is appended only so that no address of an event that may have come changes, and rollup can follow."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.schedule import DAY, HOUR, MINUTE, Schedule, ScheduleError
from consumers.schedule.append import AHEAD_SECONDS, MAX_BYTES, AppendError, Change, Wanted, append, moment, withdraw

NOW = 1_795_253_417.0  # 2026-11-21T09:30:17Z
START = 1_795_305_600  # 2026-11-22T00:00Z
TEXT = '[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 4}]'
DEPLOYMENT = 10 * MINUTE


def appended(*wanted: object, text: str = TEXT, now: float = NOW) -> Change:
    return append(text, Wanted(*wanted), now=now, deployment_seconds=DEPLOYMENT)  # type: ignore[arg-type]  # by position


def test_the_entry_follows_those_that_are_there_and_takes_over_what_is_not_said() -> None:
    change = appended(START, None, 16)
    assert change.before.entries == Schedule.parse(TEXT).entries
    assert change.after.entries[:-1] == change.before.entries
    assert change.entry == change.after.entries[-1]
    assert (change.entry.start, change.entry.seconds, change.entry.groups, change.entry.buckets) == (START, 10, 16, 4)
    assert change.due == START - AHEAD_SECONDS


def test_the_text_is_one_line_that_reads_as_the_schedule() -> None:
    change = appended(START, 5, 16, 8)
    assert Schedule.parse(change.text).entries == change.after.entries
    assert change.text == (
        '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4},'
        '{"from":"2026-11-22T00:00:00Z","seconds":5,"groups":16,"buckets":8}]'
    )


@given(st.floats(0, START - 1), st.text(min_size=1), st.sampled_from([1, 5, 10, 60]), st.sampled_from([1, 4, 64]))
def test_no_address_before_its_start_changes(when: float, author: str, seconds: int, groups: int) -> None:
    change = appended(START, seconds, groups, 5)
    assert change.before.address(when, author) == change.after.address(when, author)
    assert change.before.buckets_at(int(when)) == change.after.buckets_at(int(when))


def test_it_starts_after_the_time_to_deploy_it_and_a_quarter_of_an_hour() -> None:
    earliest = -(-int(NOW + AHEAD_SECONDS + DEPLOYMENT) // MINUTE) * MINUTE
    assert appended(earliest, None, 16).entry.start == earliest
    with pytest.raises(AppendError, match=f"too soon: .* the earliest is {moment(earliest)}"):
        appended(earliest - MINUTE, None, 16)


def test_it_starts_after_the_last_one_even_if_that_is_not_in_force_yet() -> None:
    text = appended(START, None, 16).text
    for start in (START, START - HOUR):
        with pytest.raises(AppendError, match="must start after the last one, which starts at 2026-11-22T00:00Z"):
            appended(start, None, 32, text=text)


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        ((START,), "changes nothing"),
        ((START, 10, 8, 4), "changes nothing"),
        ((START, 7), "must divide 60"),
        ((START, 0), "must divide 60"),
        ((START, None, 12), "power of two"),
        ((START, None, None, 0), "'buckets' must be 1 to"),
        ((START + 1, None, 16), "whole minute"),
        ((START, 1, 128), "7,680 addresses, more than the 4,096"),
    ],
)
def test_what_breaks_a_rule_is_refused(wanted: tuple[object, ...], complaint: str) -> None:
    with pytest.raises(ScheduleError, match=complaint):
        appended(*wanted)


def test_a_schedule_that_no_longer_fits_the_environment_is_refused() -> None:
    text, number = TEXT, 0
    entry_bytes = len(appended(START, None, 16).text) - len(appended(START, None, 16).before.to_json())
    while len(text) + entry_bytes <= MAX_BYTES:
        number += 1
        text = appended(START + number * DAY, None, 16 << number % 2, text=text).text
    with pytest.raises(AppendError, match="more than the 3,072 that fit"):
        appended(START + (number + 1) * DAY, None, 64, text=text)


def test_buckets_change_with_the_next_day() -> None:
    assert appended(START, None, None, 8).buckets_from == START
    assert appended(START + MINUTE, None, None, 8).buckets_from == START + DAY
    change = appended(START + MINUTE, None, None, 8)
    assert [change.after.buckets_at(change.buckets_from - 1), change.after.buckets_at(change.buckets_from)] == [4, 8]


def test_an_entry_that_no_event_can_have_met_is_withdrawn() -> None:
    text = appended(START, None, 16).text
    change = withdraw(text, now=NOW, deployment_seconds=DEPLOYMENT)
    assert change.after.entries == Schedule.parse(TEXT).entries
    assert json.loads(change.text) == json.loads(TEXT)
    assert change.entry.groups == 16


def test_an_entry_that_is_near_or_in_force_is_not_withdrawn() -> None:
    text = appended(START, None, 16).text
    for now in (START - AHEAD_SECONDS - DEPLOYMENT + 1, START, START + DAY):
        with pytest.raises(AppendError, match="the last entry stays: it starts at 2026-11-22T00:00Z"):
            withdraw(text, now=now, deployment_seconds=DEPLOYMENT)
    with pytest.raises(AppendError, match="one entry, which must stay"):
        withdraw(TEXT, now=NOW, deployment_seconds=DEPLOYMENT)
