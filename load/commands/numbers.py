"""The type of options that are numbers in a range."""

from math import isfinite
from typing import Any

import click


class Number(click.FloatRange):
    """A number in a range. What is none ("nan") is below nothing and above nothing, so that no range refuses it."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401 - click's
        """Return the number."""
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value!r} is no finite number.", param, ctx)
        return number
