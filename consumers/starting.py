"""Making what a function needs while its execution environment starts, not at its first invocation."""

import os
from collections.abc import Callable
from typing import Final

VARIABLE: Final = "AWS_LAMBDA_RUNTIME_API"
"""Lambda sets it in execution environments ("Defined runtime environment variables", AWS Lambda Developer Guide)."""


def make_at_start(make: Callable[[], object]) -> None:
    """Call `make`, which must remember what it made, if this process is an execution environment.

    To be called as a handler's module is imported: until that is done a function has a whole processor, later as much
    as its memory buys (Serverless Land, "Effectively running Java on Serverless", "Utilize initialization phase").

    Raises:
        Exception: whatever `make` raises. It is the start's error, Lambda tells it as such, and tries again for the
            next invocation.
    """
    if VARIABLE in os.environ:
        make()
