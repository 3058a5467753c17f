"""Drawing: scales, axes and lines as inline SVG, in a frame of fixed units that the page stretches."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH: Final = 960
HEIGHT: Final = 280
LEFT: Final = 70
RIGHT: Final = 16
TOP: Final = 12
BOTTOM: Final = 30
_STEPS: Final = (1, 2, 2.5, 5, 10)

Show = Callable[[float], str]


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a chart's values are drawn: x from `least_x` to `most_x`, y from `least_y` to `most_y`."""

    most_x: float
    most_y: float
    height: int = HEIGHT
    least_x: float = 0.0
    least_y: float = 0.0

    def x(self, value: float) -> float:
        """Return a value's place from the left."""
        share = (value - self.least_x) / ((self.most_x - self.least_x) or 1.0)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1)

    def y(self, value: float) -> float:
        """Return a value's place from the top."""
        share = (value - self.least_y) / ((self.most_y - self.least_y) or 1.0)
        return round(TOP + (self.height - TOP - BOTTOM) * (1 - share), 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart.

    Attributes:
        name: what the key says.
        colour: a CSS variable's name.
        values: at equal steps; where one is None there is a gap.
    """

    name: str
    colour: str
    values: Sequence[float | None]


def ticks(most: float, count: int = 5, least: float = 0.0) -> list[float]:
    """Return round values from `least` to `most`, about so many.

    >>> ticks(1234), ticks(1234, least=1000)
    ([0.0, 250.0, 500.0, 750.0, 1000.0], [1000.0, 1050.0, 1100.0, 1150.0, 1200.0])
    """
    if most <= least:
        return [least]
    raw = (most - least) / count
    power = 10.0 ** floor(log10(raw))
    step = next(each * power for each in _STEPS if each * power >= raw * 0.999)
    return [number * step for number in range(ceil(least / step - 1e-9), int(most / step + 1e-9) + 1)]


def svg(content: str, label: str, height: int = HEIGHT) -> str:
    """Return a drawing with a name for those who can't see it."""
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">{content}</svg>'


def axes(frame: Frame, show_y: Show, x_labels: Sequence[tuple[float, str]]) -> Iterator[str]:
    """Yield the grid with its labels."""
    for value in ticks(frame.most_y, least=frame.least_y):
        y = frame.y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{escape(show_y(value))}</text>'
    for value, label in x_labels:
        yield f'<text x="{frame.x(value)}" y="{frame.height - 8}" text-anchor="middle">{escape(label)}</text>'


def path(frame: Frame, points: Iterable[tuple[float, float | None]], colour: str) -> str:
    """Return a line through points; None interrupts it, and a point between two gaps is a dot."""
    runs: list[list[str]] = [[]]
    for x, y in points:
        if y is None:
            runs.append([])
        else:
            runs[-1].append(f"{frame.x(x)} {frame.y(y)}")
    drawn = {
        "series": "".join(f"M{'L'.join(run)}" for run in runs if len(run) > 1),
        "series dots": "".join(f"M{run[0]}h0" for run in runs if len(run) == 1),
    }
    return "".join(
        f'<path class="{kind}" style="stroke:var(--{colour})" d="{data}"/>' for kind, data in drawn.items() if data
    )


def limit(frame: Frame, value: float, label: str) -> str:
    """Return a horizontal line that must not be crossed."""
    y = frame.y(value)
    return (
        f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>'
        f'<text class="named" x="{WIDTH - RIGHT}" y="{y - 6}" text-anchor="end">{escape(label)}</text>'
    )


def key(lines: Sequence[Line]) -> str:
    """Return what the colours mean."""
    return "".join(
        f'<span class="key" style="color:var(--{line.colour})"><i></i>{escape(line.name)}</span>' for line in lines
    )


def figure(drawing: str, caption: str) -> str:
    """Return a drawing, scrolled where there is little room, with what is said of it."""
    return f'<figure><figcaption>{caption}</figcaption><div class="scroll">{drawing}</div></figure>'
