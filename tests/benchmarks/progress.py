"""What of a bench is over, shown on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def shown(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar meanwhile, if standard error is a terminal; yields what takes the number that is over."""
    # Without a thread that draws it again and again: CPU time is that of all threads.
    with Progress(
        console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True, auto_refresh=False
    ) as progress:
        task = progress.add_task(description, total=total)
        yield lambda completed: progress.update(task, completed=completed, refresh=True)
