"""Reading a deployed function's log lines from CloudWatch Logs."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from load.stack.access import told
from load.stack.description import LOG_GROUPS, DescribedStack

if TYPE_CHECKING:
    from boto3.session import Session

MOST_LINES: Final = 100_000
"""Of one function that are read at most: a hundred megabytes, in some hundred calls."""
PARAMETER: Final = "SystemLogLevel"
"""Of the template: at INFO Lambda reports every invocation."""


def log_lines(
    session: "Session",
    stack: DescribedStack,
    service: str,
    *,
    begin: float,
    end: float,
    progress: Callable[[int], object] = lambda _read: None,
) -> Iterator[str]:
    """Yield a function's log lines of a time, in epoch seconds; the first `MOST_LINES` of them.

    Raises:
        InputError: nobody may read them.
        LoadError: they can't be read.
    """
    read = 0
    with told(f"read the log group {LOG_GROUPS[service]}"):
        client: Any = session.client("logs")
        pages = client.get_paginator("filter_log_events").paginate(
            logGroupName=stack.resources.get(LOG_GROUPS[service], LOG_GROUPS[service]),
            startTime=int(begin * 1000),
            endTime=int(end * 1000),
        )
        for page in pages:
            for event in page["events"]:
                yield event["message"]
                read += 1
                if read >= MOST_LINES:
                    return
            progress(read)
