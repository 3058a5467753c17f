"""What a command says that was interrupted before it knew what its files hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


@contextmanager
def told_unwritten(*files: Path | None, before: str) -> Iterator[None]:
    """Tell of an interrupt in the block, and which files were not written for it, in a line on standard error.

    Args:
        files: that were to be written after the block; None is one that nobody asked for.
        before: what would have been known by then, as "all was simulated".

    Raises:
        KeyboardInterrupt: it was interrupted, and that is told.
    """
    try:
        yield
    except KeyboardInterrupt:
        asked = ", ".join(str(each) for each in files if each is not None)
        click.echo(f"interrupted before {before}" + (f", so not written: {asked}" if asked else ""), err=True)
        raise
