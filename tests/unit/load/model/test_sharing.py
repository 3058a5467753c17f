"""What is under way at once: how it shares a machine."""

import pytest

from load.model.sharing import Shared


def ends(begins: list[float], *, seconds: float, at_once: float) -> dict[int, float]:
    """Return when each that begins at these times has ended."""
    shared, ended = Shared(at_once), dict[int, float]()
    waiting = sorted(enumerate(begins), key=lambda each: each[1])
    while waiting or shared.due() < float("inf"):
        if waiting and waiting[0][1] <= shared.due():
            number, now = waiting.pop(0)
            shared.begin(now, seconds, lambda now, number=number: ended.__setitem__(number, now))  # type: ignore[misc]
        else:
            now = shared.due()
            for then in shared.ended(now):
                then(now)
    return ended


def test_one_takes_its_time() -> None:
    assert ends([2.0], seconds=0.8, at_once=1.5) == {0: pytest.approx(2.8)}


def test_as_many_as_there_is_room_for_take_no_longer_than_one() -> None:
    assert ends([0.0, 0.0], seconds=0.8, at_once=2) == {0: pytest.approx(0.8), 1: pytest.approx(0.8)}


def test_more_share_it() -> None:
    together = ends([0.0] * 4, seconds=0.8, at_once=1.6)

    assert list(together.values()) == [pytest.approx(4 * 0.8 / 1.6)] * 4


def test_one_that_begins_later_slows_the_others_from_then_on() -> None:
    # Alone until 0.5, half as quick until the first has done its other half second at 1.5, then alone again.
    assert ends([0.0, 0.5], seconds=1.0, at_once=1) == {0: pytest.approx(1.5), 1: pytest.approx(2.0)}


def test_two_may_take_longer_at_once_than_one_after_the_other() -> None:
    assert ends([0.0, 0.0], seconds=1.0, at_once=0.8) == {0: pytest.approx(2.5), 1: pytest.approx(2.5)}
    assert ends([0.0], seconds=1.0, at_once=0.8) == {0: pytest.approx(1.0)}


def test_nothing_under_way_is_never_due() -> None:
    shared = Shared(1.0)

    assert shared.due() == float("inf")
    assert shared.ended(5.0) == []
