"""Rankings are kept for their next pages, for a while and within bounds."""

import pytest

from consumers.views.lists.top_list import DimensionList, Entry
from reporting.cursors import Listing
from reporting.ranking import Sort
from reporting.recent import RecentRankings
from reporting.windows import Window

FIRST = Listing("hashtag", Window.HOUR, Sort.COUNT, 3_600, 1)
SECOND = Listing("lang", Window.HOUR, Sort.COUNT, 3_600, 1)
RANKING = DimensionList(6, 3, 0, tuple(Entry(value, 2, 0, None, ()) for value in "abc"))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_ranking_is_found_by_what_it_was_made_from(clock: Clock) -> None:
    recent = RecentRankings(clock)
    recent.keep(FIRST, RANKING)
    assert recent.get(FIRST) is RANKING
    assert recent.get(SECOND) is None
    assert recent.get(FIRST._replace(as_of=2)) is None


def test_an_old_ranking_is_let_go(clock: Clock) -> None:
    recent = RecentRankings(clock, max_age=60)
    recent.keep(FIRST, RANKING)
    clock.now += 60
    assert recent.get(FIRST) is RANKING
    clock.now += 0.1
    assert recent.get(FIRST) is None


def test_the_oldest_is_let_go_when_there_are_too_many_values(clock: Clock) -> None:
    recent = RecentRankings(clock, max_values=5)
    recent.keep(FIRST, RANKING)
    recent.keep(SECOND, RANKING)
    assert recent.get(FIRST) is None
    assert recent.get(SECOND) is RANKING


def test_a_ranking_too_large_to_keep_is_not_kept(clock: Clock) -> None:
    recent = RecentRankings(clock, max_values=2)
    recent.keep(FIRST, RANKING)
    assert recent.get(FIRST) is None


def test_a_newer_ranking_takes_the_place_of_its_like(clock: Clock) -> None:
    recent = RecentRankings(clock, max_values=5)
    newer = DimensionList(1, 1, 0, (Entry("d", 1, 0, None, ()),))
    recent.keep(FIRST, RANKING)
    recent.keep(FIRST, newer)
    assert recent.get(FIRST) is newer
