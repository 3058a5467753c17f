"""Histories: the counts of a few values in each part of a window, found one by one in packed counts."""

from collections.abc import Iterable, Mapping

from consumers.views.memory import Packed, Part
from consumers.views.windows import Window

Name = tuple[str, str]
"""Dimension and value."""


class Histories:
    """The histories of one window; remembers what it found in parts that stay the same."""

    def __init__(self, window: Window) -> None:
        """Cut `window` into its parts."""
        self._window = window
        self._found: dict[Part, tuple[Packed, dict[Name, int]]] = {}

    def of(self, names: Iterable[Name], start: int, parts: Mapping[Part, Packed]) -> dict[Name, list[int]]:
        """Return the history of each name in the window that begins at `start` (epoch seconds) and has these `parts`.

        Oldest first, as many numbers as the window has parts.
        """
        length = self._window.part_seconds
        histories = {name: [0] * (self._window.seconds // length) for name in names}
        found: dict[Part, tuple[Packed, dict[Name, int]]] = {}
        for part, packed in parts.items():
            if not packed.buckets:  # it counts nothing
                continue
            known = self._found.get(part)
            before = known[1] if known is not None and known[0] is packed else {}
            counts = {name: before[name] if name in before else packed.count(*name) for name in histories}
            found[part] = packed, counts
            number = (part.start - start) // length
            for name, count in counts.items():
                histories[name][number] += count
        self._found = found
        return histories
