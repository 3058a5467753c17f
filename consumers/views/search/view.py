"""Makes the search index anew where something has changed, every few minutes."""

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from typing import TYPE_CHECKING, Final, NamedTuple

from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import TrendKey, search_directory_key, search_node_key
from consumers.trends.errors import TrendsFormatError
from consumers.trends.sums import put_in
from consumers.views.search.item import (
    DIMENSION,
    DirectoryTooLargeError,
    decode_generation,
    encode_directory,
    encode_node,
)
from consumers.views.search.nodes import Nodes, build, most_used
from consumers.views.store import Made, ViewStore
from consumers.views.windows import Window

if TYPE_CHECKING:
    from consumers.trends.item import AttributeMap
    from consumers.views.memory import Change

EVERY_SECONDS: Final = 10 * MINUTE
"""How old an index gets before it is made anew: each time some hundred items are written."""

MOST_VALUES: Final = 100_000
"""Values of an index, the most used ones: they take about 1,000 write units, every `EVERY_SECONDS`."""

KEPT_SECONDS: Final = 2 * HOUR
"""How long a generation outlives its making. A day of counts ends with each hour, so an index is the newest for an hour
at most; who has read its directory just before it was replaced needs seconds."""

RESERVE_SECONDS: Final = 15.0
"""Time that must be left to begin: 100,000 values take some seconds."""


class _Last(NamedTuple):
    end: int
    version: int
    made: int


class SearchView:
    """Keeps the index of the newest day, the one that includes the current hour."""

    name: Final = "search"

    def __init__(
        self, store: ViewStore, pool: Executor, *, nonce: Callable[[], str] = lambda: secrets.token_hex(4)
    ) -> None:
        """Put into `store`, several nodes at a time in `pool`; `nonce` tells apart what two make at once."""
        self._store = store
        self._pool = pool
        self._nonce = nonce
        self._last: _Last | None = None
        """The newest index known: this one's, or another environment's."""

    def refresh(self, change: "Change") -> None:
        """Make the index anew if its day has changed since, and it is old enough or of another day.

        Nodes are put first, under names of their own; readers see them once the directory says so.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsError: an item that can't be read.
            CountsFormatError: counts that are damaged.
        """
        end, now = Window.DAY.end(change.now), int(change.now)
        version = change.version(end - DAY, end)
        if not self._is_due(end, version, now):
            return
        self._last = self._stored(end)
        if not self._is_due(end, version, now) or change.time_left() < RESERVE_SECONDS:
            return
        made = Made(version, change.as_of or 0)
        total: dict[str, int] = {}
        for packed in change.read(change.coarsest(end - DAY, end)).values():
            for counts in packed.buckets:
                put_in(total, counts.values(DIMENSION))
        self._write(total, end, made, now)
        self._last = _Last(end, version, now)

    def _is_due(self, end: int, version: int, now: int) -> bool:
        last = self._last
        return last is None or last.end != end or (last.version != version and now - last.made >= EVERY_SECONDS)

    def _stored(self, end: int) -> _Last | None:
        item = self._store.get(search_directory_key(end))
        if item is None:
            return None
        try:
            generation = decode_generation(item)
        except TrendsFormatError:
            return None  # readers tell; another takes its place now
        return _Last(end, generation.version, generation.made)

    def _write(self, counts: Mapping[str, int], end: int, made: Made, now: int) -> None:
        name, expires_at = f"{now:010}-{self._nonce()}", now + KEPT_SECONDS
        nodes, directory = _fitting(counts, name, now)
        puts: list[tuple[TrendKey, AttributeMap]] = [
            (search_node_key(name, kind, number), encode_node(entries))
            for kind, each in (("leaf", nodes.leaves), ("top", nodes.tops))
            for number, entries in enumerate(each)
        ]
        for _ in self._pool.map(lambda put: self._store.put(put[0], put[1], made, expires_at), puts):
            pass
        self._store.put(search_directory_key(end), directory, made, expires_at)


def _fitting(counts: Mapping[str, int], name: str, now: int) -> "tuple[Nodes, AttributeMap]":
    """Return the nodes of the most used values, as many as a directory has room for, and that."""
    most = min(MOST_VALUES, len(counts))
    while True:
        nodes = build({value: counts[value] for value in most_used(counts, most)} if most < len(counts) else counts)
        try:
            return nodes, encode_directory(name, now, nodes.directory)
        except DirectoryTooLargeError:
            most //= 2
