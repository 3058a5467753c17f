import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.sources.surges import LIFE_SECONDS, MOST_SHARE, Surge, Surges

SURGE = Surge(hashtag=7, start=1000.0, rise=60.0, fade=90.0, peak=0.08)
moments = st.floats(1.7e9, 1.8e9)


def test_a_surge_rises_to_its_peak_and_fades_within_minutes() -> None:
    shares = [SURGE.share(second) for second in range(1000, 1000 + LIFE_SECONDS)]
    assert shares[:60] == sorted(shares[:60])
    assert shares[60:] == sorted(shares[60:], reverse=True)
    assert max(shares) == shares[60] == SURGE.peak
    assert SURGE.share(1060 + 90) == pytest.approx(SURGE.peak / 2.718, rel=0.01)
    assert SURGE.share(1000 + LIFE_SECONDS - 1) < SURGE.peak / 100


@pytest.mark.parametrize("time", [0.0, 999.9, 1000.0 + LIFE_SECONDS, 1e9])
def test_before_and_after_there_is_nothing(time: float) -> None:
    assert SURGE.share(time) == 0.0


@given(moments)
def test_shares_are_of_hashtags_that_exist_and_leave_room_for_others(time: float) -> None:
    shares = Surges(1, 500).at(time)
    assert all(0 <= index < 500 and share > 0 for index, share in shares.items())
    assert sum(shares.values()) <= MOST_SHARE * 1.000001


def test_too_many_surges_at_once_share_what_there_is() -> None:
    one_hashtag = Surges(1, 1)  # in which all surges are of the same
    most = max(sum(one_hashtag.at(1.75e9 + 10 * step).values()) for step in range(2000))
    assert most <= MOST_SHARE * 1.000001


@given(moments)
def test_what_surges_depends_on_seed_and_time_alone(time: float) -> None:
    fresh, used = Surges(1, 500), Surges(1, 500)
    used.at(time - 300)
    assert fresh.at(time) == used.at(time)


def test_another_seed_has_other_surges() -> None:
    assert Surges(1, 500).at(1.75e9) != Surges(2, 500).at(1.75e9)


def test_there_is_always_something_and_nothing_stays() -> None:
    surges = Surges(3, 24_000)
    surging = [surges.at(1.75e9 + minute * 60) for minute in range(120)]
    assert all(len(shares) >= 2 for shares in surging)
    leading = {max(shares, key=lambda index: shares[index]) for shares in surging}
    assert len(leading) > 30
