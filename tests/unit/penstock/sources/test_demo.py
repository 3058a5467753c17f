from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from pydantic import ValidationError

from penstock.events import KINDS, SocialEvent
from penstock.sources.demo import Demo
from penstock.sources.language_mix import LANGUAGES, language_mix
from penstock.sources.source import RawEvent, SourceItem
from penstock.sources.surges import Surges
from penstock.sources.vocabulary import vocabulary

START = datetime(2026, 11, 21, 12, tzinfo=UTC)
TICK = timedelta(milliseconds=10)


def ticking(start: datetime = START, tick: timedelta = TICK) -> Callable[[], datetime]:
    """A clock that goes on by one tick at each look."""
    looks = 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        return start + looks * tick

    return clock


def drawn(count: int, *, seed: int = 1, start: datetime = START, tick: timedelta = TICK) -> list[SourceItem]:
    return list(islice(Demo(seed=seed, clock=ticking(start, tick)), count))


@pytest.fixture(scope="module")
def items() -> list[SourceItem]:
    """Five minutes of made-up events."""
    return drawn(30_000)


@pytest.fixture(scope="module")
def events(items: list[SourceItem]) -> list[SocialEvent]:
    """Those that are valid and not duplicates."""
    unique = {item.event_id: item for item in items if isinstance(item, SocialEvent)}
    return list(unique.values())


def test_the_same_seed_and_clock_make_the_same_items() -> None:
    assert drawn(3000) == drawn(3000)


def test_a_source_begins_anew_with_each_iteration() -> None:
    source = Demo(seed=1, clock=lambda: START)
    assert list(islice(source, 500)) == list(islice(source, 500))


def test_another_seed_or_another_time_makes_other_events() -> None:
    ids = [
        {item.event_id for item in drawn(500, seed=seed, start=start) if isinstance(item, SocialEvent)}
        for seed, start in [(1, START), (2, START), (1, START + timedelta(seconds=1))]
    ]
    assert len(set.union(*ids)) == sum(map(len, ids))


def test_every_event_is_what_ingest_will_read(events: list[SocialEvent]) -> None:
    for event in events[::10]:
        assert SocialEvent.model_validate_json(event.to_json()) == event


def test_one_in_a_hundred_is_an_exact_duplicate_from_a_second_to_a_minute_or_so_before(
    items: list[SourceItem],
) -> None:
    first: dict[str, int] = {}
    delays = []
    for place, item in enumerate(items):
        if isinstance(item, SocialEvent):
            earlier = first.setdefault(item.event_id, place)
            if earlier != place:
                assert items[earlier] == item
                delays.append((place - earlier) * TICK)
    assert len(delays) / len(items) == pytest.approx(0.01, rel=0.25)
    assert timedelta(seconds=1) <= min(delays) <= max(delays) <= timedelta(seconds=91)
    assert timedelta(seconds=10) < sum(delays, timedelta()) / len(delays) < timedelta(seconds=22)


def test_one_in_a_thousand_is_malformed(items: list[SourceItem]) -> None:
    raw = [item for item in items if isinstance(item, RawEvent)]
    assert len(raw) / len(items) == pytest.approx(0.001, rel=0.5)
    for item in raw:
        with pytest.raises(ValidationError):
            SocialEvent.model_validate_json(item.data)


def test_most_events_are_of_now_some_late_and_few_too_late(items: list[SourceItem]) -> None:
    ages = []
    seen = set()
    for place, item in enumerate(items):
        if isinstance(item, SocialEvent) and item.event_id not in seen:
            seen.add(item.event_id)
            ages.append(START + place * TICK - item.created_at)
    late = [age for age in ages if age > timedelta(minutes=1)]
    too_late = [age for age in late if age > timedelta(days=7)]
    assert min(ages) >= -2 * TICK
    assert len(late) / len(ages) == pytest.approx(0.0021, rel=0.3)
    assert 0 < len(too_late) <= 12
    assert all(timedelta(minutes=2) <= age + TICK for age in late)
    assert all(age < timedelta(hours=13) or timedelta(days=8) <= age + TICK < timedelta(days=13) for age in late)


def test_events_carry_one_and_a_half_hashtags_on_average(events: list[SocialEvent]) -> None:
    assert sum(len(event.hashtags) for event in events) / len(events) == pytest.approx(1.5, abs=0.05)
    assert max(len(event.hashtags) for event in events) == 5


def test_few_hashtags_are_used_often_and_thousands_seldom(events: list[SocialEvent]) -> None:
    used = Counter(hashtag for event in events for hashtag in event.hashtags)
    assert len(used) > 5_000
    assert set(used) <= set(vocabulary().hashtags)
    assert used.most_common(1)[0][1] / used.total() > 0.03
    assert sum(count for _, count in used.most_common(100)) / used.total() > 0.4


def test_a_hashtag_surges_by_its_share_and_fades_within_minutes() -> None:
    surges = Surges(1, len(vocabulary().hashtags))
    times = [START.timestamp() + 10 * step for step in range(360)]
    share, peak = max((max(surges.at(time).values()), time) for time in times)
    assert share > 0.05

    def shares(minutes: int) -> Counter[str]:
        start = datetime.fromtimestamp(peak, UTC) + timedelta(minutes=minutes)
        some = drawn(6000, start=start, tick=timedelta(microseconds=1))
        used = Counter(hashtag for item in some if isinstance(item, SocialEvent) for hashtag in item.hashtags)
        return Counter({hashtag: count * 1_000_000 // used.total() for hashtag, count in used.items()})

    ((surging, gain),) = (shares(0) - shares(15)).most_common(1)
    assert gain / 1_000_000 == pytest.approx(share, rel=0.25)
    assert shares(-11)[surging] < gain / 10


def test_all_kinds_and_several_platforms_are_there(events: list[SocialEvent]) -> None:
    kinds = Counter(event.kind for event in events)
    assert set(kinds) == set(KINDS)
    assert kinds.most_common(1)[0][0] == "like"
    assert len({event.platform for event in events}) == 5
    assert all((event.text is not None) == (event.kind in {"post", "reply"}) for event in events)


def test_authors_are_many_and_none_is_everywhere(events: list[SocialEvent]) -> None:
    authors = Counter(event.author for event in events)
    assert len(authors) > 10_000
    assert 0.005 < authors.most_common(1)[0][1] / len(events) < 0.03


@pytest.mark.parametrize("later", [timedelta(0), timedelta(minutes=12)])
def test_languages_follow_their_mix(later: timedelta) -> None:
    some = [
        item
        for item in drawn(8000, start=START + later, tick=timedelta(microseconds=1))
        if isinstance(item, SocialEvent)
    ]
    mix = dict(zip(LANGUAGES, language_mix((START + later).timestamp()), strict=True))
    for lang in ("en", "ja", "pt"):
        share = sum(item.lang == lang for item in some) / len(some)
        assert share == pytest.approx(mix[lang] / sum(mix.values()), rel=0.2)


def test_it_never_ends_but_by_being_closed() -> None:
    source = Demo(seed=1, clock=lambda: START)
    assert not source.finite
    items = iter(source)
    next(items)
    source.close()
    assert list(items) == []
