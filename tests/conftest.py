"""What holds for all tests."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A deadline would measure the machine, which is shared, and not the code.
settings.register_profile("penstock", deadline=None)
# For `make fuzz`.
settings.register_profile("fuzz", deadline=None, max_examples=4_000, print_blob=True)
settings.load_profile("penstock")

# A shell without job control starts what is to run behind it with Ctrl-C ignored, nohup with SIGHUP ignored, and what
# that starts inherits it: the commands that tests interrupt would go on.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """Commands that are run within the tests' own process take signals over; no other test is to find them so."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        if signal.getsignal(number) is not handler:
            signal.signal(number, handler)
