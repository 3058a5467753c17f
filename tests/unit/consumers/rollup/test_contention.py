"""Refused writes are repeated soon, then later, then not at all."""

import pytest

from consumers.rollup.contention import FIRST_WAIT, LONGEST_WAIT, MAX_ATTEMPTS, ContendedError, Contention


def test_waits_rise_to_a_bound_and_the_first_repetition_has_none() -> None:
    waits: list[float] = []
    contention = Contention(waits.append, lambda _, high: high)
    for refusals in range(1, MAX_ATTEMPTS):
        contention.refused("minute", refusals)
    assert len(waits) == MAX_ATTEMPTS - 2
    assert waits == sorted(waits)
    assert waits[0] == 4 * FIRST_WAIT
    assert waits[-1] == LONGEST_WAIT


def test_the_last_refusal_is_an_error_that_names_the_item() -> None:
    with pytest.raises(ContendedError, match="minute 2025-11-21T09:30 bucket 3"):
        Contention(lambda _: None).refused("minute 2025-11-21T09:30 bucket 3", MAX_ATTEMPTS)
