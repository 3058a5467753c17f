"""Threads of a command or of one invocation, which may be ended while they make calls."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager


@contextmanager
def open_pool(name: str, size: int) -> Iterator[ThreadPoolExecutor]:
    """Open threads that are not waited for at the end: a call that hangs then must not make the end hang too."""
    pool = ThreadPoolExecutor(size, thread_name_prefix=name)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
