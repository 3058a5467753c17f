"""A profile: what is due when, and backwards."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from load.errors import InputError
from load.workload.profile import Piece, Profile
from load.workload.shapes import diurnal, ramp, spike, steady, step

rates = st.floats(0.0, 100_000.0).map(lambda rate: round(rate, 3))
pieces = st.builds(Piece, st.floats(0.01, 10_000.0), rates, rates)
profiles = st.lists(pieces, min_size=1, max_size=8).filter(lambda made: sum(p.events for p in made) > 1).map(Profile)


@given(profiles, st.floats(0.0, 1.0))
def test_so_many_events_are_due_when_the_last_of_them_is(profile: Profile, share: float) -> None:
    number = share * profile.events * 0.999
    (time,) = profile.times_of([number])
    assert profile.due(time) == pytest.approx(number, rel=1e-6, abs=1e-3)


@given(profiles, st.lists(st.floats(0.0, 1.0), min_size=2, max_size=20))
def test_events_are_due_in_their_order(profile: Profile, shares: list[float]) -> None:
    times = list(profile.times_of(share * profile.events * 0.999 for share in sorted(shares)))
    assert len(times) == len(shares)
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= profile.seconds


@given(profiles, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_what_is_due_between_two_times_is_no_more_than_the_peak_allows(p: Profile, one: float, other: float) -> None:
    first, second = sorted((one * p.seconds, other * p.seconds))
    assert p.due(second) - p.due(first) <= p.peak * (second - first) + 1e-6 * p.events


def test_a_steady_rate_sends_the_same_each_second() -> None:
    profile = steady(200, 60)
    assert profile.events == 12_000
    assert list(profile.times_of([0, 1, 200])) == pytest.approx([0, 0.005, 1])


def test_a_ramp_sends_the_mean_of_its_ends() -> None:
    assert ramp(0, 100, 10).events == 500
    assert ramp(0, 100, 10).due(5) == 125


def test_a_step_changes_in_the_middle() -> None:
    profile = step(10, 50, 60)
    assert (profile.rate(29.9), profile.rate(30)) == (10, 50)


def test_a_spike_comes_back() -> None:
    profile = spike(10, 500, 100)
    assert [profile.rate(time) for time in (0, 44, 50, 56, 99)] == [10, 10, 500, 10, 10]


def test_a_day_begins_and_ends_at_its_trough_and_means_their_middle() -> None:
    profile = diurnal(100, 300, 86_400)
    assert profile.rate(0) == 100
    assert profile.peak == pytest.approx(300)
    assert profile.events == pytest.approx(200 * 86_400)


def test_outside_of_its_time_nothing_is_sent() -> None:
    profile = steady(5, 2)
    assert (profile.rate(-1), profile.rate(2), profile.due(-1), profile.due(9)) == (0, 0, 0, 10)


def test_what_is_due_after_the_end_is_never_due() -> None:
    assert list(steady(10, 2).times_of([0, 19.9, 20, 21])) == pytest.approx([0, 1.99])


def test_a_silence_between_two_pieces_is_skipped() -> None:
    profile = Profile([Piece(1, 10, 10), Piece(5, 0, 0), Piece(1, 10, 10)])
    assert list(profile.times_of([9.9, 10, 10.5])) == pytest.approx([0.99, 6, 6.05])


def test_a_profile_that_sends_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="never sends anything"):
        steady(0, 60)


@pytest.mark.parametrize(
    ("seconds", "rate"), [(0, 1), (-1, 1), (10, -1), (10, 1e9), (float("nan"), 1), (1, float("nan"))]
)
def test_times_and_rates_out_of_bounds_are_refused(seconds: float, rate: float) -> None:
    with pytest.raises(InputError, match="not"):
        steady(rate, seconds)
