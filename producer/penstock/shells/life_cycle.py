"""What happens to producers when their process forks."""

import os
from typing import Final, Protocol
from weakref import WeakSet


class Mortal(Protocol):
    """A shell, as far as the end of its process concerns it."""

    def after_fork(self) -> None:
        """Take note of being the copy in a forked process, which has none of the threads."""


_shells: Final[WeakSet[Mortal]] = WeakSet()


def register(shell: Mortal) -> None:
    """Have a shell told when its process forks."""
    _shells.add(shell)


def _after_fork() -> None:
    for shell in list(_shells):
        shell.after_fork()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_after_fork)
