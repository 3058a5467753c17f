"""What holds for all tests."""

import signal

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
