import signal

import pytest

from local.run.interruption import SIGNALS, Interruption


@pytest.fixture
def interruption() -> Interruption:
    return Interruption()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_start_is_ended_at_once(interruption: Interruption, number: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    assert interruption.signal == number


def test_an_interrupt_that_the_start_swallowed_ends_it_when_it_is_done(interruption: Interruption) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        interruption.heed()


def test_later_the_first_is_a_wish_and_the_second_ends_it(interruption: Interruption) -> None:
    interruption.heed()
    assert not interruption.wait(0)
    signal.raise_signal(signal.SIGTERM)
    assert interruption.wanted
    assert interruption.signal == signal.SIGTERM
    assert interruption.wait(0)
    assert interruption.wait(60)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_closed_terminal_ends_nothing_that_was_started_to_outlive_it(interruption: Interruption) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    outliving = Interruption()
    signal.raise_signal(signal.SIGHUP)
    assert (interruption.wanted, outliving.wanted) == (False, False)
