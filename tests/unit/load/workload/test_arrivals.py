"""When events are due: scheduled beforehand, shared among workers, the same for the same seed."""

from itertools import pairwise
from typing import get_args

import pytest

from load.workload.arrivals import Arrivals, due_times
from load.workload.shapes import ramp, steady

ALL: tuple[Arrivals, ...] = get_args(Arrivals)


def test_even_arrivals_of_all_workers_are_at_equal_distances() -> None:
    times = sorted(
        time for worker in range(3) for time in due_times(steady(30, 10), "even", worker=worker, workers=3, seed=0)
    )
    assert len(times) == 300
    assert {round(later - earlier, 9) for earlier, later in pairwise(times)} == {round(1 / 30, 9)}


@pytest.mark.parametrize("arrivals", ALL)
def test_all_workers_together_send_what_the_profile_says(arrivals: Arrivals) -> None:
    profile = ramp(0, 2000, 20)
    times = [time for worker in range(4) for time in due_times(profile, arrivals, worker=worker, workers=4, seed=7)]
    assert len(times) == pytest.approx(profile.events, rel=0.03)
    assert sum(time < 10 for time in times) == pytest.approx(profile.due(10), rel=0.06)


def test_random_arrivals_are_as_irregular_as_those_of_strangers() -> None:
    times = list(due_times(steady(100, 200), "poisson", worker=0, workers=1, seed=1))
    seconds = [sum(1 for time in times if second <= time < second + 1) for second in range(0, 200, 4)]
    mean = sum(seconds) / len(seconds)
    assert sum((each - mean) ** 2 for each in seconds) / len(seconds) == pytest.approx(100, rel=0.5)


def test_the_same_seed_makes_the_same_times_and_another_seed_others() -> None:
    def drawn(seed: int, worker: int) -> list[float]:
        return list(due_times(steady(10, 10), "poisson", worker=worker, workers=2, seed=seed))

    assert drawn(1, 0) == drawn(1, 0)
    assert drawn(1, 0) != drawn(2, 0)
    assert drawn(1, 0) != drawn(1, 1)
