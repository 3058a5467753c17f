"""Parts of the model by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.configuration import Configuration
from load.model.due_times import DueTimes
from load.model.producing import Aggregates, ShardStream
from load.model.spread import Spread
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.workload.events import EventShape
from load.workload.profile import Piece, Profile
from load.workload.shapes import diurnal, steady


@given(st.floats(0, 1))
def test_due_times_are_the_profile_backwards(part: float) -> None:
    profile = diurnal(10, 100, 600)

    assert profile.due(DueTimes(profile).of(part * profile.events)) == pytest.approx(part * profile.events, abs=1e-3)


def test_a_due_time_in_a_silence_is_the_end_of_it() -> None:
    profile = Profile([Piece(10, 5, 5), Piece(10, 0, 0), Piece(10, 5, 5)])

    assert DueTimes(profile).of(51) == pytest.approx(20.2)
    assert DueTimes(profile).of(1_000) == 30


def test_aggregates_wait_for_the_linger_or_until_they_are_full() -> None:
    configuration = Configuration(aggregate_bytes=10_000, linger_seconds=0.1)

    rare, often = (Aggregates.at(rate, configuration, 60) for rate in (0.001, 10_000))

    assert rare.events == pytest.approx(1, abs=0.01)
    assert rare.wait == pytest.approx(0.1, abs=0.001)
    assert often.events == pytest.approx(100)
    assert often.wait == pytest.approx(0.005, rel=0.02)


@pytest.mark.parametrize("rate", [1_000, 8_000])
def test_a_shard_takes_its_share_or_what_it_can(rate: int) -> None:
    stream = ShardStream(1.0, Traffic(steady(rate, 100)), Configuration(shards=1), AWS, 100)

    taken = stream.taken(50 + stream.delay)

    assert taken == pytest.approx(min(rate, stream.capacity) * 50, rel=0.02)
    assert stream.time_of(taken) == pytest.approx(50 + stream.delay, abs=0.3)
    assert stream.overloaded == (rate > stream.capacity) == (stream.refused > 0)


def test_what_a_shard_has_taken_it_had_taken_when_nothing_waited_any_more() -> None:
    spiky = Traffic(Profile([Piece(10, 8_000, 8_000), Piece(190, 1, 1)], "spike"))
    stream = ShardStream(1.0, spiky, Configuration(shards=1), AWS, 600)

    assert stream.time_of(stream.taken(600)) == pytest.approx(200, abs=1)
    assert stream.time_of(80_000) == pytest.approx(80_000 / stream.capacity, abs=1)


def test_different_hashtags_are_as_many_as_drawn_until_they_repeat() -> None:
    traffic = Traffic(steady(1, 1), EventShape(hashtag_values=1_000, hashtag_skew=0.01))

    assert traffic.popularity.different(0.5) == 0.5
    assert traffic.popularity.different(10) == pytest.approx(10, rel=0.05)
    assert traffic.popularity.different(1_000) == pytest.approx(632, rel=0.05)  # 1 - 1/e of them
    assert traffic.popularity.different(1e6) == pytest.approx(1_000, rel=0.001)


@pytest.mark.parametrize("skew", [0.01, 0.7, 1.5])
@pytest.mark.parametrize("shards", [1, 7, 300])
def test_shares_of_shards_make_a_whole(shards: int, skew: float) -> None:
    shares = Traffic(steady(1, 1), EventShape(key_skew=skew)).popularity.shares(shards, 1)

    assert sum(shares) == pytest.approx(1)
    assert len(shares) == shards
    assert list(shares) == sorted(shares, reverse=True)
    assert shares[-1] > 0


def test_a_spread_has_the_quantiles_of_what_was_added() -> None:
    spread = Spread()
    spread.add(100, 1.0, 2.0)
    spread.add(100, 2.0, 3.0)
    spread.add(2, 3_000, 4_000)

    p25, p50, p95 = spread.quantiles(0.25, 0.5, 0.95)
    assert (p25, p50, p95) == pytest.approx((1.5, 2.0, 2.92), abs=0.03)
    assert spread.quantiles(0.999)[0] == pytest.approx(600, abs=0.1)
    assert spread.longest == 4_000
    assert sum(weight for _, weight in spread.steps()) == pytest.approx(202)
    assert Spread().quantiles(0.5) in ([], [0.0])


@given(st.floats(0, 20), st.floats(0, 1))
def test_no_quantile_is_above_the_longest_time(shortest: float, more: float) -> None:
    spread = Spread()
    spread.add(100, shortest, shortest + more)

    p50, p99 = spread.quantiles(0.5, 0.99)
    assert p50 <= p99 <= spread.longest
