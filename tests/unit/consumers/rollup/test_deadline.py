"""Nothing is begun without time for it, and nothing is waited for longer than the answer allows."""

from concurrent.futures import Future

import pytest

from consumers.rollup.deadline import ANSWER_SECONDS, RESERVE_SECONDS, DeadlineError, check, error_of


def test_a_write_is_begun_only_with_time_for_it() -> None:
    check("minute", lambda: RESERVE_SECONDS)
    with pytest.raises(DeadlineError, match="no time left to bring minute up to date"):
        check("minute", lambda: RESERVE_SECONDS - 0.01)


def test_what_is_done_counts_even_when_time_is_up() -> None:
    done: Future[int] = Future()
    done.set_result(1)
    assert error_of(done, "minute", lambda: 0.0) is None
    failed: Future[int] = Future()
    failed.set_exception(LookupError("gone"))
    assert isinstance(error_of(failed, "minute", lambda: 0.0), LookupError)


def test_what_is_not_done_in_time_is_given_up() -> None:
    assert isinstance(error_of(Future[int](), "minute", lambda: ANSWER_SECONDS), DeadlineError)
