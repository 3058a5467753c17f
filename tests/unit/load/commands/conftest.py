"""Commands are run within the tests' own process, and leave it as it was."""

import signal
from collections.abc import Iterator

import pytest

from local.run.interruption import SIGNALS


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
