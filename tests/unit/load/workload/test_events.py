"""Events of a load: valid by the contract, as large, skewed and repeated as asked for."""

from collections import Counter

import pytest

from load.errors import InputError
from load.workload.events import EventMaker, EventShape
from penstock import SocialEvent
from penstock.aggregation import UserRecord

NOON = 1_795_348_800.0


def made(count: int, *, seed: int = 0, **shape: float) -> list[UserRecord]:
    maker = EventMaker(EventShape(**shape), name="t", seed=seed, bodies=4_000)  # type: ignore[arg-type] # whole where they must be
    return maker.make(NOON + number / 1000 for number in range(count))


def test_each_is_an_event_by_its_author_and_of_its_time() -> None:
    for number, record in enumerate(made(500)):
        event = SocialEvent.model_validate_json(record.data)
        assert event.author == record.partition_key
        assert event.created_at.timestamp() == pytest.approx(NOON + number / 1000, abs=0.0011)


def test_no_two_are_the_same_event_unless_duplicates_are_asked_for() -> None:
    assert len({record.data for record in made(6_000)}) == 6_000


def test_two_runs_of_one_seed_send_the_same_and_two_workers_of_one_run_do_not() -> None:
    def drawn(name: str, worker: int) -> list[tuple[str, bytes]]:
        maker = EventMaker(EventShape(duplicates=0.1), name=name, seed=7, worker=worker, bodies=100)
        return [(record.partition_key, record.data.partition(b",")[2]) for record in maker.make([0.0] * 300)]

    assert drawn("one", 0) == drawn("two", 0)
    assert drawn("one", 0) != drawn("one", 1)


def test_as_many_are_repeated_as_asked_for_byte_for_byte() -> None:
    records = made(10_000, duplicates=0.2)
    assert len({record.data for record in records}) == pytest.approx(8_000, rel=0.02)


def test_copies_are_told_apart_from_what_is_new() -> None:
    maker = EventMaker(EventShape(duplicates=0.2), name="t", seed=0, bodies=100)
    records = maker.make([0.0] * 5_000)
    assert maker.copies == 5_000 - len({record.data for record in records}) > 0


@pytest.mark.parametrize("size", [277, 1_000, 20_000])
def test_events_are_as_large_as_asked_for(size: int) -> None:
    assert {len(record.data) for record in made(200, event_bytes=size, hashtags=1)} == {size}


def test_the_mean_size_is_told() -> None:
    maker = EventMaker(EventShape(event_bytes=500), name="t", seed=0, bodies=100)
    assert maker.event_bytes == 500


def test_hashtags_are_as_many_on_average_and_follow_their_skew() -> None:
    events = [SocialEvent.model_validate_json(record.data) for record in made(4_000, hashtags=1.5, hashtag_skew=1.0)]
    used = Counter(hashtag for event in events for hashtag in event.hashtags)
    assert used.total() / len(events) == pytest.approx(1.5, rel=0.05)
    most, second = (count for _, count in used.most_common(2))
    assert most > 1.3 * second


def test_a_higher_skew_gives_the_busiest_author_more() -> None:
    def busiest(skew: float) -> int:
        return Counter(record.partition_key for record in made(4_000, key_skew=skew)).most_common(1)[0][1]

    assert busiest(1.5) > 5 * busiest(0.7)


def test_the_same_seed_makes_the_same_events() -> None:
    assert made(100, seed=1) == made(100, seed=1)
    assert made(100, seed=1) != made(100, seed=2)


@pytest.mark.parametrize(("name", "value"), [("event_bytes", 10), ("keys", 0), ("hashtags", 21), ("duplicates", 1.0)])
def test_what_no_event_can_be_is_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f"--{name.replace('_', '-')} must be"):
        EventShape(**{name: value})  # type: ignore[arg-type] # wrong on purpose
