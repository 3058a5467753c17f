"""Finds the values that were counted abnormally often in a window: pure, over the counts of minutes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from heapq import nlargest
from typing import Final, NamedTuple

from consumers.alerts.alert import Alert, Severity
from consumers.alerts.rules import PAST_WINDOWS, Rules
from consumers.alerts.score import SMALL_REST, even, growth, score, score_against
from consumers.schedule import MINUTE

MOST_CANDIDATES: Final = 1_000
"""Values of a dimension that are judged in a window: those counted most."""

MOST_SHARE: Final = 0.9
"""A value that is more than this of its dimension, now and in a window before, is not compared with that window: what
it does, the dimension does, and the little else can't tell what all of them share."""

ABOVE: Final = 2.0
"""By this much (`consumers.alerts.score.even`) a minute lies above what is usual: one in forty does by chance."""


class Minute(NamedTuple):
    """The counts of one minute, by dimension."""

    totals: Mapping[str, int]
    """Of all values."""
    counts: Mapping[str, Mapping[str, int]]
    """By value; may lack those that are no candidates."""


Minutes = Mapping[int, Minute]
"""By start, epoch seconds. A minute in which nothing was counted may be missing."""


class Finding(NamedTuple):
    """An alert that may be raised, and what it takes to compare it with another day."""

    alert: Alert
    spread: float
    """Of the value's past (`consumers.alerts.score.Score`)."""
    rest: int
    """What was counted in the window of the dimension's other values."""
    by_minute: Mapping[int, int]
    """What was counted of the value in each minute of the window, by start."""


def candidates(dimension: str, end: int, minutes: Minutes, rules: Rules) -> dict[str, int]:
    """Return the values that are frequent enough in the window up to `end`, with their counts there."""
    total: Counter[str] = Counter()
    for minute in _window(end, minutes, rules):
        total.update(minute.counts[dimension])
    frequent = ((count, value) for value, count in total.items() if count >= rules.least_count)
    return {value: count for count, value in nlargest(MOST_CANDIDATES, frequent)}


def judge(end: int, minutes: Minutes, rules: Rules) -> list[Finding]:
    """Return what was counted abnormally often in the window up to `end`, highest score first."""
    return in_order(finding for dimension in rules.dimensions for finding in _judge(dimension, end, minutes, rules))


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with the highest score first."""
    return sorted(findings, key=lambda finding: (-finding.alert.score, finding.alert.key))


def unusual_then(finding: Finding, ends: Iterable[int], minutes: Minutes, rules: Rules) -> Finding | None:
    """Judge a finding by about the same time of another day.

    Args:
        finding: What rose.
        ends: Ends of that day's windows around the same time; the one in which the value was most frequent counts.
        minutes: The counts of that day.
        rules: Length of a window, least score.

    Returns:
        The finding, with that day's count for usual where it says more, and not new if it was counted then; None if the
        value rose then as well.
    """
    alert, most = finding.alert, 0.0
    for end in ends:
        before = _count(alert.dimension, alert.value, _window(end, minutes, rules))
        factor = growth(finding.rest, _total(alert.dimension, end, minutes, rules) - before)
        most = max(most, before * (factor or 0))
    alert = replace(alert, new=alert.new and not most)
    then = score_against(alert.count, most, finding.spread)
    if then.score >= alert.score:
        return finding._replace(alert=alert)
    if then.score < rules.score:
        return None
    severity = Severity.of(then.score, rules.score)
    since = _since(finding.by_minute, then.usual / rules.window_minutes)
    return finding._replace(alert=replace(alert, score=then.score, usual=then.usual, severity=severity, since=since))


def _judge(dimension: str, end: int, minutes: Minutes, rules: Rules) -> Iterator[Finding]:
    frequent = candidates(dimension, end, minutes, rules)
    total = _total(dimension, end, minutes, rules)
    ends = [end - back * rules.window for back in range(1, 1 + PAST_WINDOWS)]
    pasts = [(_total(dimension, past, minutes, rules), _window(past, minutes, rules)) for past in ends]
    for value, count in frequent.items():
        if total - count < SMALL_REST:
            continue
        counted = [(each, _count(dimension, value, window)) for each, window in pasts if each]
        grown = [
            (before, growth(total - count, each - before))
            for each, before in counted
            if min(count / total, before / each) <= MOST_SHARE
        ]
        found = score(count, [before * factor for before, factor in grown if factor is not None])
        if found is None or found.score < rules.score:
            continue
        starts = range(end - rules.window, end, MINUTE)
        by_minute = {start: _count(dimension, value, [minutes[start]]) for start in starts if start in minutes}
        alert = Alert(
            dimension=dimension,
            value=value,
            start=end - rules.window,
            end=end,
            count=count,
            usual=found.usual,
            score=found.score,
            severity=Severity.of(found.score, rules.score),
            since=_since(by_minute, found.usual / rules.window_minutes),
            new=not any(before for _, before in counted),
        )
        yield Finding(alert, found.spread, total - count, by_minute)


def _since(by_minute: Mapping[int, int], usual: float) -> int:
    """Return the first minute that alone lies above what is `usual` for a minute, or else the most frequent one."""
    level = even(usual) + ABOVE
    above = (start for start, count in by_minute.items() if even(count) >= level)
    return next(above, max(by_minute, key=by_minute.__getitem__))


def _window(end: int, minutes: Minutes, rules: Rules) -> list[Minute]:
    return [minutes[start] for start in range(end - rules.window, end, MINUTE) if start in minutes]


def _total(dimension: str, end: int, minutes: Minutes, rules: Rules) -> int:
    return sum(minute.totals[dimension] for minute in _window(end, minutes, rules))


def _count(dimension: str, value: str, window: Iterable[Minute]) -> int:
    return sum(minute.counts[dimension].get(value, 0) for minute in window)
