from random import Random

from penstock.backoff import Backoff


def test_waits_grow_with_failures_up_to_the_cap() -> None:
    backoff = Backoff(base=1.0, cap=30.0, random=lambda: 1.0)
    assert [backoff.seconds(failures) for failures in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.seconds(10**9) == 30


def test_a_wait_is_anything_from_nothing_up_to_that() -> None:
    assert Backoff(base=1.0, cap=30.0, random=lambda: 0.0).seconds(5) == 0
    assert Backoff(base=2.0, cap=30.0, random=lambda: 0.25).seconds(2) == 1.0


def test_those_that_share_a_draw_wait_alike_and_others_do_not() -> None:
    backoff = Backoff(base=1.0, cap=30.0, random=Random(1).random)
    share = backoff.draw()
    assert backoff.seconds(3, share) == backoff.seconds(3, share)
    assert len({backoff.seconds(3) for _ in range(100)}) > 90
