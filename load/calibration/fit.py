"""Fitting what an invocation costs to what it had to do: weighted least squares without negative costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_TINY: Final = 1e-12


class FitError(ValueError):
    """Too few points, or points that don't tell the parts of the work apart."""


@dataclass(frozen=True, slots=True)
class Point:
    """One kind of invocation."""

    work: Mapping[str, float]
    """How much of each part there was, by the part's name."""
    seconds: float
    """Processor time, the median of some invocations."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Seconds for one of each part, and how far the points lie from it."""

    seconds: dict[str, float]
    median_error: float
    """Of the points' relative errors, regardless of sign."""
    worst_error: float
    points: int

    def of(self, work: Mapping[str, float]) -> float:
        """Return the seconds of some work."""
        return sum(self.seconds[part] * amount for part, amount in work.items())


def fit(points: Sequence[Point], parts: Sequence[str]) -> Fitted:
    """Fit seconds to `parts` by the relative error, so that small invocations count as much as large ones.

    A part that would cost less than nothing is taken to cost nothing, and the others are fitted anew: removing work
    never makes an invocation slower, and a model that says so misleads a search.

    Raises:
        FitError: fewer points than parts, or parts that always come together.
    """
    if len(points) < len(parts):
        raise FitError(f"{len(points)} points can't tell {len(parts)} parts apart")
    free = list(parts)
    while True:
        solved = dict(zip(free, _least_squares(points, free), strict=True))
        negative = [part for part in free if solved[part] < 0]
        if not negative:
            break
        free.remove(min(negative, key=lambda part: solved[part]))
    seconds = {part: solved.get(part, 0.0) for part in parts}
    errors = sorted(abs(sum(seconds[p] * point.work[p] for p in parts) / point.seconds - 1) for point in points)
    return Fitted(seconds, errors[len(errors) // 2], errors[-1], len(points))


def _least_squares(points: Sequence[Point], parts: Sequence[str]) -> list[float]:
    """Solve the normal equations, by Gauss's elimination with scaled columns."""
    scales = [max(abs(point.work[part]) for point in points) or 1.0 for part in parts]
    rows = [
        [point.work[part] / scale / point.seconds for part, scale in zip(parts, scales, strict=True)]
        for point in points
    ]
    size = len(parts)
    matrix = [
        [sum(row[i] * row[j] for row in rows) for j in range(size)] + [sum(row[i] for row in rows)] for i in range(size)
    ]
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(matrix[row][column]))
        if abs(matrix[pivot][column]) < _TINY * max(1.0, abs(matrix[0][0])):
            raise FitError(f"the points don't tell what {parts[column]} costs from what the others do")
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        for row in range(size):
            if row != column:
                factor = matrix[row][column] / matrix[column][column]
                matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[column], strict=True)]
    return [matrix[i][size] / matrix[i][i] / scales[i] for i in range(size)]
