"""What views must say when nothing changes any more, whatever went wrong before: what plain Counters say.

Answers come from the reporting API's own questions. Counted is what is in minutes: whether these are what was sent is
checked when all of it is due (`simulation.invariants`).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, get_args

from consumers.schedule import DAY, HOUR
from consumers.tables import Level, list_key, search_directory_key
from reporting.answers import Dimension
from reporting.queries import Queries
from reporting.ranking import Sort
from reporting.windows import Window, format_seconds
from simulation.invariants import held, moment, ranked

if TYPE_CHECKING:
    from simulation.world.world import World

PREFIXES: Final = ("", "p", "wel", "x")

Minutes = Mapping[int, Mapping[str, Counter[str]]]
"""By minute (epoch seconds) and dimension."""


def of_views(world: "World") -> list[str]:
    """Return what answers say that is not so. Call it from a program, just after views have been brought up to date."""
    minutes, queries = _minutes(world), world.reader.queries()
    return [
        *_are_kept(world),
        *_lists(world, queries, minutes),
        *_search(world, queries, minutes),
        *_series(world, queries, minutes),
    ]


def of_lists(world: "World") -> list[str]:
    """Return what top lists say that is not so. Call it likewise; the search index need not have come so far."""
    return list(_lists(world, world.reader.queries(), _minutes(world)))


def _minutes(world: "World") -> Minutes:
    return {
        minute: {dimension: Counter(values) for dimension, values in counts.items()}
        for minute, counts in held(world, Level.MINUTE).items()
    }


def _are_kept(world: "World") -> Iterator[str]:
    """There are views to answer from, none of which is newer than what it is made of."""
    state = world.table.state()
    if state is None:
        return
    now = world.scheduler.now
    keys = [list_key(window, window.end(now)) for window in Window]
    for key in (*keys, search_directory_key(Window.DAY.end(now))):
        item = world.table.item(key, consistent=True)
        if item is None:
            yield f"there is no {key.bucket} {key.start}"
        elif int(item["a"]["N"]) > (state.newest_arrival_ms or 0):
            yield f"{key.bucket} {key.start} is of {item['a']['N']}, what it is made of of {state.newest_arrival_ms}"


def _lists(world: "World", queries: Queries, minutes: Minutes) -> Iterator[str]:
    """Top lists and totals of all windows are the sums of their minutes."""
    for window in Window:
        end = window.end(world.scheduler.now)
        start = end - window.seconds
        parts = [_between(minutes, at, at + window.part_seconds) for at in range(start, end, window.part_seconds)]
        now, before = _between(minutes, start, end), _between(minutes, start - window.seconds, start)
        for dimension in get_args(Dimension):
            ranks = {value: rank for rank, (value, _) in enumerate(ranked(before[dimension]), 1)}
            for sort in Sort:
                answer = queries.trends(dimension, window, 1_000, None, None, sort=sort)
                gone = before[dimension] if sort is Sort.RISE else Counter[str]()
                order = sorted(now[dimension], key=lambda value: (gone[value] - now[dimension][value], value))
                expected = [
                    (
                        value,
                        now[dimension][value],
                        before[dimension][value],
                        ranks.get(value),
                        [part[dimension][value] for part in parts],
                    )
                    for value in order
                ]
                found = [(of.value, of.count, of.count_before, of.rank_before, of.history) for of in answer.items]
                if found != expected:
                    yield f"the list of {dimension} by {sort} of {window.value} is {found} instead of {expected}"
                totals = answer.total, answer.distinct, answer.before.total
                wanted = now[dimension].total(), len(now[dimension]), before[dimension].total()
                if totals != wanted:
                    yield f"the totals of {dimension} of {window.value} are {totals} instead of {wanted}"
        events = queries.summary(window, None).events
        if events != now["kind"].total():
            yield f"the summary of {window.value} has {events} events instead of {now['kind'].total()}"


def _search(world: "World", queries: Queries, minutes: Minutes) -> Iterator[str]:
    """Of what begins with a prefix, all is found."""
    end = Window.DAY.end(world.scheduler.now)
    hashtags = _between(minutes, end - DAY, end)["hashtag"]
    for prefix in PREFIXES:
        found = [(item.value, item.count) for item in queries.search("hashtag", prefix, 100).items]
        expected = [(value, count) for value, count in ranked(hashtags) if value.startswith(prefix)]
        if found != expected:
            yield f"of {prefix!r} the search finds {found} instead of {expected}"


def _series(world: "World", queries: Queries, minutes: Minutes) -> Iterator[str]:
    """Counts over time, from strips or not, are those of the minutes."""
    if not minutes:
        return
    chance = world.scheduler.chance
    values = [*sorted(chance.choice(list(minutes.values()))["hashtag"]), "nothing"]
    for level, seconds in ((Level.MINUTE, 3 * HOUR), (Level.HOUR, 2 * DAY), (Level.DAY, 31 * DAY)):
        start = level.floor(chance.choice(list(minutes)) - seconds // 2)
        answer = queries.compare("hashtag", values, level, moment(start), moment(start + seconds))
        for of in answer.series:
            found = {at: count for at, count in zip(answer.starts, of.counts, strict=True) if count}
            expected: Counter[str] = Counter()
            for minute, counts in minutes.items():
                if start <= minute < start + seconds and counts["hashtag"][of.value]:
                    expected[format_seconds(level.floor(minute))] += counts["hashtag"][of.value]
            if found != expected:
                yield f"by {level.value} {of.value!r} was counted {found} instead of {dict(expected)}"
    value = values[0]
    about: Any = queries.value("hashtag", value)
    for window, told in zip(Window, (about.windows.five_minutes, about.windows.hour, about.windows.day), strict=True):
        end = window.end(world.scheduler.now)
        sums = [_between(minutes, at - window.seconds, at)["hashtag"][value] for at in (end, end - window.seconds)]
        if [told.count, told.count_before] != sums:
            yield f"{value!r} in {window.value}: {told.count} after {told.count_before} instead of {sums}"


def _between(minutes: Minutes, start: int, end: int) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {dimension: Counter() for dimension in get_args(Dimension)}
    for minute, counts in minutes.items():
        if start <= minute < end:
            for dimension, values in counts.items():
                found[dimension].update(values)
    return found
