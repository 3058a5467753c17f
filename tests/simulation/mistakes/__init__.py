"""Mistakes that could be made, each of which the simulation must notice; a mistake is a function that makes it."""

from collections.abc import Callable
from typing import TypeVar

import pytest

Mistake = Callable[[pytest.MonkeyPatch], None]
MistakeT = TypeVar("MistakeT", bound=Mistake)

MISTAKES: dict[str, tuple[Mistake, int]] = {}
"""By name: what makes it, and a seed that notices it."""


def noticed_by(seed: int) -> Callable[[MistakeT], MistakeT]:
    """List a mistake with a seed that notices it."""

    def listed(make: MistakeT) -> MistakeT:
        MISTAKES[getattr(make, "__name__", "")] = (make, seed)
        return make

    return listed
