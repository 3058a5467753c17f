import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.delivery.token_bucket import TokenBucket


def test_a_full_bucket_gives_its_burst_at_once_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    for _ in range(5):
        assert bucket.ready_at(1) <= 100
        bucket.take(1, 100)
    assert bucket.ready_at(1) == pytest.approx(100.1)
    assert bucket.ready_at(5) == pytest.approx(100.5)


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    bucket.take(5, 0)
    bucket.take(5, 1000)
    assert bucket.ready_at(1) == pytest.approx(1000.1)


def test_what_is_larger_than_the_burst_leaves_a_full_bucket_and_debt() -> None:
    bucket = TokenBucket(rate=10, burst=5)
    bucket.take(5, 0)
    assert bucket.ready_at(50) == pytest.approx(0.5)
    bucket.take(50, 0.5)
    assert bucket.ready_at(1) == pytest.approx(5.1)


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0.01, 20)), max_size=50))
def test_at_the_time_that_it_names_tokens_suffice(steps: list[tuple[float, float]]) -> None:
    bucket = TokenBucket(rate=7, burst=10)
    now, level = 0.0, 10.0
    for wait, tokens in steps:
        at = max(now + wait, bucket.ready_at(tokens))
        level = min(10, level + 7 * (at - now))
        assert level >= min(tokens, 10) - 1e-6
        bucket.take(tokens, at)
        level -= tokens
        now = at
