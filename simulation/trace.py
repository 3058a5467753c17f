"""What happened in a run, line by line: the same seed gives the same lines, byte for byte."""

from collections.abc import Callable, Iterator
from typing import Any, Final


class Trace:
    """Takes note of each call and each fault; lines are made when somebody wants them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` tells epoch seconds."""
        self._clock = clock
        self._entries: Final[list[tuple[Any, ...]]] = []

    def note(self, *what: object) -> None:
        """Take note of something, now. What is said must follow from the seed: no addresses, no order of a set."""
        self._entries.append((self._clock(), *what))

    def __len__(self) -> int:
        """Return how many lines there are."""
        return len(self._entries)

    def lines(self) -> Iterator[str]:
        """Yield the lines."""
        for at, *what in self._entries:
            yield f"{at:.6f} {' '.join(map(str, what))}\n"
