"""Foreseeing combinations: cost, freshness and the use of limits as sums of what each axis adds by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final, NamedTuple

from load.model.outcome import Constraint
from load.tuning.evaluation import Judged, violation
from load.tuning.goal import Goal

KEPT: Final = 150
"""Of partial combinations, after each axis."""


SHARPER: Final = 0.85
"""Times the goal's seconds."""
ALIKE: Final = 0.01
"""Of the month's cost and of the goal's seconds: what differs by less in both is taken for the same."""


class _Sum(NamedTuple):
    """A combination of the first axes."""

    month: float
    freshness: float
    overuse: float
    """By how much limits are exceeded, headroom included."""
    place: tuple[int, ...]


def foreseen(center: Judged, alone: Sequence[Mapping[int, Judged]], goal: Goal) -> list[tuple[int, ...]]:
    """Return combinations, the best one first.

    Args:
        center: a configuration.
        alone: for each axis, by the choices to combine, that configuration with this choice.
        goal: what the combinations are to meet.

    Of combinations of the first axes only those are kept of which no other is as cheap, as fresh and as far within the
    limits; of too many, every so-manieth by cost.
    """
    sums = [_Sum(0.0, 0.0, 0.0, ())]
    base = _overuse(center.utilisation, goal)
    for choices in alone:
        added = {
            index: (
                each.month - center.month,
                each.freshness - center.freshness,
                _overuse(each.utilisation, goal) - base,
            )
            for index, each in choices.items()
        }
        sums = _kept(
            [
                _Sum(one.month + month, one.freshness + fresh, one.overuse + over, (*one.place, index))
                for one in sums
                for index, (month, fresh, over) in added.items()
            ]
        )
    # What is foreseen is not what will be: so also what would meet a sharper goal, and nothing that is nearly another.
    sharper = replace(goal, seconds=SHARPER * goal.seconds)
    ranked = [_in_order(sums, center, base, wanted) for wanted in (goal, sharper)]
    chosen: list[_Sum] = []
    for one in chain.from_iterable(zip(*ranked, strict=True)):
        if not any(_alike(one, other, center, goal) for other in chosen):
            chosen.append(one)
    return [one.place for one in chosen]


def _in_order(sums: Sequence[_Sum], center: Judged, base: float, goal: Goal) -> list[_Sum]:
    return sorted(sums, key=lambda one: _rank(center, one, base, goal))


def _alike(one: _Sum, other: _Sum, center: Judged, goal: Goal) -> bool:
    return abs(one.month - other.month) < ALIKE * center.month and (
        abs(one.freshness - other.freshness) < ALIKE * goal.seconds
    )


def _rank(center: Judged, one: _Sum, base: float, goal: Goal) -> tuple[float, float]:
    month, freshness = max(center.month + one.month, 0.0), max(center.freshness + one.freshness, 0.0)
    missed = violation(freshness, {}, goal) + max(0.0, base + one.overuse)
    match goal.strategy:
        case "cost":
            return missed, month
        case "speed":
            return missed, freshness
        case "balanced":
            return missed, month * freshness


def _overuse(utilisation: dict[Constraint, float], goal: Goal) -> float:
    return violation(0.0, utilisation, goal)


def _kept(sums: list[_Sum]) -> list[_Sum]:
    kept: list[_Sum] = []
    for one in sorted(sums):
        if not any(other.freshness <= one.freshness and other.overuse <= one.overuse for other in kept):
            kept.append(one)
    step = max(1.0, len(kept) / KEPT)
    return [kept[int(number * step)] for number in range(int(len(kept) / step))]
