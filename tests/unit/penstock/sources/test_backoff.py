from penstock.sources.backoff import Backoff


def test_waits_grow_with_failures_up_to_the_cap() -> None:
    backoff = Backoff(first=1.0, cap=30.0, draw=lambda: 1.0)
    assert [backoff.seconds(failures) for failures in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert backoff.seconds(10**9) == 30


def test_a_wait_is_anything_from_nothing_up_to_that() -> None:
    assert Backoff(draw=lambda: 0.0).seconds(5) == 0
    assert Backoff(first=2.0, draw=lambda: 0.25).seconds(1) == 1.0


def test_by_default_no_two_wait_alike() -> None:
    backoff = Backoff()
    waits = {backoff.seconds(3) for _ in range(100)}
    assert len(waits) > 90
    assert all(0 <= wait < 8 for wait in waits)
