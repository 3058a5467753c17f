"""Folding groups by address, counts each identity once, and never confuses two identities."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consumers.counts import DIMENSIONS
from consumers.pane_log.fold import ValidEvent, count, fingerprint, fold
from consumers.schedule import Schedule
from penstock.events import SocialEvent

SCHEDULE = Schedule.parse('[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 4, "buckets": 4}]')
START = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def an_event(**changes: object) -> SocialEvent:
    fields = {"event_id": "1", "kind": "post", "platform": "bluesky", "author": "ada", "created_at": START}
    return SocialEvent.model_validate(fields | changes)


def valid(event: SocialEvent, sequence: int = 1, arrived_ms: int = 0) -> ValidEvent:
    return ValidEvent.of(event, arrived_ms, sequence)


some_events = st.builds(
    an_event,
    event_id=st.sampled_from("123"),
    author=st.sampled_from(["ada", "bob", "cyd"]),
    created_at=st.integers(0, 30).map(lambda seconds: START + timedelta(seconds=seconds)),
    lang=st.sampled_from([None, "en", "de"]),
    hashtags=st.lists(st.sampled_from(["a", "b", "c"]), max_size=3),
    kind=st.sampled_from(["post", "like"]),
).map(valid)


@given(st.lists(some_events))
def test_every_event_is_in_the_fold_of_its_address(events: list[ValidEvent]) -> None:
    folds = fold(events, SCHEDULE)
    assert len({each.address for each in folds}) == len(folds)
    for each in folds:
        for mark, event in each.events.items():
            assert mark == fingerprint(event)
            assert SCHEDULE.address(event.created, event.author) == each.address
    marks = {(SCHEDULE.address(e.created, e.author), fingerprint(e)) for e in events}
    assert marks == {(each.address, mark) for each in folds for mark in each.events}


def test_of_two_events_with_the_same_identity_the_first_counts() -> None:
    first, second = valid(an_event(hashtags=["first"]), 1), valid(an_event(hashtags=["second"]), 2)
    assert [list(each.events.values()) for each in fold([first, second], SCHEDULE)] == [[first]]


@given(st.lists(some_events))
def test_counts_are_those_of_a_plain_counter(events: list[ValidEvent]) -> None:
    counted = count(events)
    assert set(counted) == set(DIMENSIONS)
    assert counted["hashtag"] == Counter(tag for e in events for tag in e.hashtags)
    assert counted["lang"] == Counter(e.lang or "und" for e in events)
    assert counted["platform"] == ({"bluesky": len(events)} if events else {})
    assert counted["kind"] == Counter(e.kind for e in events)


identities = st.tuples(
    st.from_regex(r"[a-z0-9]{1,3}", fullmatch=True),
    st.text(min_size=1, max_size=6),
    st.text(min_size=1, max_size=6),
)


@given(identities, identities)
def test_two_identities_have_the_same_fingerprint_only_if_they_are_the_same(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    marks = [
        fingerprint(valid(an_event(platform=platform, author=author, event_id=event_id)))
        for platform, author, event_id in (one, other)
    ]
    assert (marks[0] == marks[1]) == (one == other)
    assert {len(mark) for mark in marks} == {8}


@given(st.text(st.sampled_from("a1 "), min_size=3, max_size=8), st.data())
def test_moving_the_border_between_author_and_id_changes_the_fingerprint(text: str, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(1, len(text) - 1), min_size=2, max_size=2, unique=True))
    marks = {fingerprint(valid(an_event(author=text[:cut], event_id=text[cut:]))) for cut in cuts}
    assert len(marks) == 2


def test_only_identity_makes_the_fingerprint() -> None:
    other = an_event(kind="like", hashtags=["x"], lang="en", text="hello", created_at=START + timedelta(seconds=1))
    assert fingerprint(valid(an_event())) == fingerprint(valid(other))
