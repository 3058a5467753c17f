"""Mistakes that could be made, each of which the simulation must notice; a mistake is a function that makes it."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import pytest

Mistake = Callable[[pytest.MonkeyPatch], None]
MistakeT = TypeVar("MistakeT", bound=Mistake)


class Noticed(NamedTuple):
    """A mistake, and how it is noticed."""

    make: Mistake
    seed: int
    violation: str
    """Part of what is said of it: that the run does not hold for another reason is not enough."""

    def among(self, violations: list[str]) -> bool:
        """Tell whether that is said."""
        return any(self.violation in each for each in violations)


MISTAKES: dict[str, Noticed] = {}
"""By name."""


def noticed_by(seed: int, violation: str) -> Callable[[MistakeT], MistakeT]:
    """List a mistake with a seed that notices it, and part of the violation that it must bring about."""

    def listed(make: MistakeT) -> MistakeT:
        MISTAKES[getattr(make, "__name__", "")] = Noticed(make, seed, violation)
        return make

    return listed
