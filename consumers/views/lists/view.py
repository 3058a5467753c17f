"""The view of top lists: of each window that is current, and of the one that was before it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, Protocol

from consumers.counts import DIMENSIONS
from consumers.metering import WRITE_UNIT_BYTES
from consumers.rollup.lateness import LATE_SECONDS
from consumers.schedule import HOUR, MINUTE
from consumers.tables import Level, TrendKey, list_key
from consumers.trends.item import AttributeMap
from consumers.views.lists.histories import Histories
from consumers.views.lists.item import encode_list
from consumers.views.lists.order import Ranks
from consumers.views.lists.ranked import ranked
from consumers.views.lists.top_list import WITH_HISTORY, DimensionList, Entry, TopList
from consumers.views.memory import Change, Packed, Part
from consumers.views.running_counts import RunningCounts
from consumers.views.store import Made
from consumers.views.windows import Window

KEPT_SECONDS: Final = HOUR
"""How long a list is kept after its window's end: pages of it may still be asked for."""

FRESH_SECONDS: Final = 45
"""A list that is current is made anew at least this often, so that readers see that it is kept: at each tick, which may
come some seconds early. Lists of minutes are: with each minute comes another."""

UNITS_A_SECOND: Final = {Window.FIVE_MINUTES: 1.0, Window.HOUR: 0.25, Window.DAY: 0.25}
"""Write units a second that a current list may cost, by window: the larger it is, the less often it is made anew."""

CORRECTED_EVERY_SECONDS: Final = MINUTE
"""A list that was followed by another is corrected at most this often, once nothing but late events may come for it."""

CORRECTED_UNITS_A_SECOND: Final = 0.05
"""Write units a second that such corrections of one list may cost."""

Parts = dict[Part, Packed]


class _Put(NamedTuple):
    made: Made
    when: float
    units: float


class _Window:
    """The sums of one window, of its current end or the one before."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.counts = RunningCounts()
        self.before = RunningCounts()
        self.ranks: dict[str, Ranks] = {}
        self.histories = Histories(window)

    def make(self, end: int, version: int, change: Change) -> TopList:
        window, start = self.window, end - self.window.seconds
        parts = change.read(_parts(window, start, end, change))
        total = self.counts.of(parts)
        before = self.before.of(change.read(_parts(window, start - window.seconds, start, change)))
        if self.before.changed or not self.ranks:
            self.ranks = {dimension: Ranks(before[dimension]) for dimension in DIMENSIONS}
        dimensions = {name: ranked(total[name], before[name], self.ranks[name]) for name in DIMENSIONS}
        first = {
            (name, entry.value)
            for name, each in dimensions.items()
            for entry in (*each.top[:WITH_HISTORY], *each.risen[:WITH_HISTORY])
        }
        history = self.histories.of(first, start, parts)
        return TopList(
            window,
            end,
            as_of=change.as_of,
            made_at=int(change.now),
            version=version,
            dimensions={name: _told(name, each, history) for name, each in dimensions.items()},
        )


class Store(Protocol):
    """What is needed of a `consumers.views.store.ViewStore`."""

    def put(self, key: TrendKey, attributes: AttributeMap, made: Made, expires_at: int) -> bool:
        """Put an item unless the table's was made from something newer; tell whether it was put."""


class TopLists:
    """Keeps the lists. One for each execution environment."""

    name: Final = "lists"

    def __init__(self, store: Store) -> None:
        """Put lists into `store`."""
        self._store = store
        self._current = {window: _Window(window) for window in Window}
        self._previous = {window: _Window(window) for window in Window}
        self._put: dict[tuple[Window, int], _Put] = {}

    def refresh(self, change: Change) -> None:
        """Write the lists that `change` makes different: the current ones first.

        Raises:
            As `consumers.views.view.View.refresh`.
        """
        self._put = {key: put for key, put in self._put.items() if key[1] > change.now - 2 * HOUR}
        for window, sums in self._current.items():
            self._refresh(sums, window.end(change.now), change)
        for window, sums in self._previous.items():
            self._refresh(sums, window.end(change.now) - window.level.seconds, change)

    def _refresh(self, sums: _Window, end: int, change: Change) -> None:
        window = sums.window
        made = Made(change.version(end - 2 * window.seconds, end), change.as_of or 0)
        if not _is_due(window, end, self._put.get((window, end)), made, change.now):
            return
        listed = sums.make(end, made.version, change)
        attributes = encode_list(listed)
        self._store.put(list_key(window, end), attributes, made, end + KEPT_SECONDS)
        self._put[window, end] = _Put(made, change.now, len(attributes["c"]["B"]) / WRITE_UNIT_BYTES)


def _is_due(window: Window, end: int, put: _Put | None, made: Made, now: float) -> bool:
    """Tell whether the list that ends at `end` is to be made, of which `put` is what was put last."""
    if put is None:
        return True
    age = now - put.when
    if end <= now:
        settled = end + LATE_SECONDS
        waits = 0 if put.when < settled else max(CORRECTED_EVERY_SECONDS, put.units / CORRECTED_UNITS_A_SECOND)
        return put.made.version != made.version and now >= settled and age >= waits
    stale = window.level is Level.HOUR and age >= FRESH_SECONDS
    return stale or (put.made != made and age >= put.units / UNITS_A_SECOND[window])


def _told(name: str, of: DimensionList, history: "Mapping[tuple[str, str], Sequence[int]]") -> DimensionList:
    """Return `of` with histories for its first values."""

    def told(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        first = (replace(entry, history=tuple(history[name, entry.value])) for entry in entries[:WITH_HISTORY])
        return (*first, *entries[WITH_HISTORY:])

    return replace(of, top=told(of.top), risen=told(of.risen))


def _parts(window: Window, start: int, end: int, change: Change) -> list[Part]:
    return change.minutes(start, end) if window.level is Level.MINUTE else change.coarsest(start, end)
