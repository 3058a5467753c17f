"""The charts of a report."""

from collections.abc import Sequence
from html import escape
from typing import Final

from load.measure.distributions import quantiles
from load.measure.judgement import counted
from load.measure.recorder import SHARD_BYTES, SHARD_RECORDS
from load.report.histograms import decoded
from load.report.model import Choice, Distribution, Report, Series, Shard, Tuning
from load.report.page.svg import (
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Frame,
    Line,
    axes,
    figure,
    key,
    limit,
    path,
    svg,
    ticks,
)
from load.report.text import duration

_NINES: Final = (0.0, 0.5, 0.9, 0.99, 0.999)
"""Percentiles at equal distances: the tail is what matters."""
_CELL: Final = 18
_ROW_LETTERS: Final = 9
_MOST_ROWS: Final = 40
_FAR: Final = 2.0
"""Times the choice's cost, or its freshness: beyond that, a choice is not drawn."""


def over_time(series: Series, names: Sequence[tuple[str, str, str]], label: str, unit: str) -> str | None:
    """Return lines over time, of the series that there are; None if there are none.

    Args:
        series: of the report.
        names: of each line its name there, its name in the key, its colour.
        label: what the chart is called.
        unit: ``s`` for times, otherwise what stands behind a number.
    """
    lines = [Line(shown, colour, series.values[name]) for name, shown, colour in names if name in series.values]
    if not lines:
        return None
    return figure(_plot(lines, series.step_seconds, label, unit), f"<b>{escape(label)}</b>{key(lines)}")


def throughput(report: Report) -> str | None:
    """Return the rates over time against what the shards could take."""
    series = report.series
    if series is None:
        return None
    names = (
        ("scheduled_rate", "scheduled", "slot-4"),
        ("accepted_rate", "accepted", "slot-2"),
        ("refused_rate", "records refused", "slot-1"),
    )
    # Nothing refused is no line along the bottom.
    lines = [
        Line(shown, colour, series.values[name]) for name, shown, colour in names if any(series.values.get(name, ()))
    ]
    if not lines:
        return None
    most = max((value or 0.0 for line in lines for value in line.values), default=0.0)
    drawing = _plot(lines, series.step_seconds, "events a second", "/s", ceiling=_taken_at_most(report, most))
    return figure(drawing, f"<b>Events a second</b>{key(lines)}")


def _taken_at_most(report: Report, most: float) -> tuple[float, str] | None:
    """Return how many events a second the shards take at most, if the chart is near enough to show it.

    Records of that size in aggregates of that many: whichever of a shard's two limits is met first.
    """
    taken = report.workload.seconds * max(
        sum(shard.bytes_rate for shard in report.shards) / SHARD_BYTES,
        sum(shard.records_rate for shard in report.shards) / SHARD_RECORDS,
    )
    accepted = report.events.accepted_while_measured
    if not taken or not accepted:
        return None
    rate = len(report.shards) * accepted / taken
    return (rate, f"{counted(len(report.shards), 'shard')}: {rate:,.0f}/s") if rate < 4 * most else None


def percentiles(named: Sequence[tuple[str, str, Distribution | None]]) -> str | None:
    """Return distributions by percentile, with the tail stretched as HdrHistogram's plots have it."""
    known = [(name, colour, each) for name, colour, each in named if each is not None]
    if not known:
        return None
    frame = Frame(len(_NINES) - 1, max(each.p999 for *_, each in known) * 1.05)
    drawn = list(axes(frame, _time, [(at, f"p{100 * nine:g}") for at, nine in enumerate(_NINES)]))
    for _, colour, each in known:
        places = [at / 10 for at in range(10 * (len(_NINES) - 1) + 1)]
        shares = [
            _NINES[int(place)] + (_NINES[min(int(place) + 1, len(_NINES) - 1)] - _NINES[int(place)]) * (place % 1)
            for place in places
        ]
        values = [value * each.scale for value in quantiles(decoded(each.histogram), shares)]
        drawn.append(path(frame, list(zip(places, values, strict=True)), colour))
    lines = [Line(name, colour, ()) for name, colour, _ in known]
    drawing = svg("".join(drawn), "latency by percentile")
    return figure(drawing, f"<b>Latency by percentile</b>{key(lines)}")


def heat_map(shards: Sequence[Shard], step: float) -> str | None:
    """Return each shard's utilisation over time, a row a shard; the busiest ones if there are many.

    A single value for each, as a simulation gives, is that of the whole time, and has no axis.
    """
    known = [shard for shard in shards if shard.utilisation]
    if not known:
        return None
    busiest = sorted(known, key=lambda shard: -max(each or 0.0 for each in shard.utilisation))[:_MOST_ROWS]
    rows = [shard for shard in known if shard in busiest]
    columns = max(len(shard.utilisation) for shard in rows)
    width = (WIDTH - LEFT - RIGHT) / columns
    over_time = columns > 1
    drawn = []
    for row, shard in enumerate(rows):
        y = TOP + row * _CELL
        drawn.append(f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(_row(shard.shard_id))}</text>')
        for column, used in enumerate(shard.utilisation):
            if used is not None:
                colour = "error" if used >= 0.9 else "accent"
                when = f", {_time((column + 1) * step)}" if over_time else ""
                drawn.append(
                    f'<rect x="{LEFT + column * width:.1f}" y="{y}" width="{width + 0.3:.1f}" height="{_CELL - 2}" '
                    f'fill="var(--{colour})" fill-opacity="{min(1.0, 0.06 + 0.94 * used):.2f}">'
                    f"<title>{escape(shard.shard_id)}{when}: {used:.1%}</title></rect>"
                )
    height = TOP + len(rows) * _CELL + 30
    for at in ticks(columns * step, 8) if over_time else ():
        x = LEFT + at / step * width
        drawn.append(f'<text x="{x:.1f}" y="{height - 10}" text-anchor="middle">{_time(at)}</text>')
    most = max(each or 0.0 for shard in rows for each in shard.utilisation)
    shown = f"the {len(rows)} busiest of {len(known)} shards" if len(rows) < len(known) else counted(len(rows), "shard")
    caption = f"<b>Utilisation of shards</b><span>{shown}; the darkest cell is {most:.1%}</span>"
    return figure(svg("".join(drawn), f"utilisation of shards{' over time' if over_time else ''}", height), caption)


def _row(shard_id: str) -> str:
    """Return what names a row, in as much room as there is: the whole id is in each cell's title.

    >>> _row("shardId-000000000012"), _row("shard 0"), _row("4.25 shards like 15")
    ('…0012', 'shard 0', 'like 15')
    """
    _, like, number = shard_id.partition(" shards like ")
    if like:
        return f"like {number}"
    return shard_id if len(shard_id) <= _ROW_LETTERS else f"…{shard_id[-4:]}"


def frontier(tuning: Tuning) -> str:
    """Return cost against freshness around the choice, which is marked."""
    chosen = tuning.frontier[tuning.chosen]
    near = [each for each in tuning.frontier if _near(each, chosen)]
    frame = _around([each.freshness for each in near], [each.per_month for each in near])
    x_labels = [(at, _time(at)) for at in ticks(frame.most_x, 8, frame.least_x)]
    drawn = list(axes(frame, lambda value: f"${value:,.2f}".removesuffix(".00"), x_labels))
    fresh_first = sorted(near, key=lambda each: each.freshness)
    drawn.append(path(frame, [(each.freshness, each.per_month) for each in fresh_first], "slot-2"))
    for each in near:
        x, y = frame.x(each.freshness), frame.y(each.per_month)
        colour = "slot-1" if each is chosen else "slot-2"
        drawn.append(
            f'<circle cx="{x}" cy="{y}" r="{7 if each is chosen else 4}" stroke="var(--{colour})" stroke-width="2" '
            f'fill="var(--{colour if each.meets else "raised"})">'
            f"<title>{duration(each.freshness)}, ${each.per_month:,.2f} a month: {escape(each.binding)}</title>"
            "</circle>"
        )
        if each is chosen:
            # Those on the right are cheaper, so there is room above; at the right edge there is none beside it.
            side = 'text-anchor="end"' if x > WIDTH * 0.75 else ""
            drawn.append(f'<text class="mark" x="{x + 8}" y="{y - 12}" {side}>chosen: ${each.per_month:,.2f}</text>')
    hollow = "" if all(each.meets for each in near) else "; hollow ones miss the goal or its headroom"
    beyond = len(tuning.frontier) - len(near)
    more = f"; {beyond} more, much dearer or slower: in the table" if beyond else ""
    return figure(
        svg("".join(drawn), "cost and freshness"),
        "<b>Dollars a month by freshness of the lists</b>"
        f"<span>none below the line is both cheaper and fresher; axes don't begin at 0{hollow}{more}</span>",
    )


def _near(each: Choice, chosen: Choice) -> bool:
    """Tell whether a choice is worth comparing: one that is far off would press all others onto an axis."""
    return each.per_month <= _FAR * chosen.per_month and each.freshness <= _FAR * chosen.freshness


def _around(across: Sequence[float], up: Sequence[float]) -> Frame:
    """Return a frame of points with some room around them, in which a single one is in the middle."""
    (left, right), (low, high) = (_widened(values) for values in (across, up))
    return Frame(right, high, least_x=left, least_y=low)


def _widened(values: Sequence[float]) -> tuple[float, float]:
    least, most = min(values), max(values)
    room = 0.15 * (most - least) or 0.15 * most
    return max(least - room, 0.0), most + room


def _plot(lines: Sequence[Line], step: float, label: str, unit: str, ceiling: tuple[float, str] | None = None) -> str:
    count = max(len(line.values) for line in lines)
    most = max((value or 0.0 for line in lines for value in line.values), default=0.0)
    frame = Frame(count * step, max(most, ceiling[0] if ceiling else 0.0) * 1.08 or 1.0)

    def show(value: float) -> str:
        return duration(value) if unit == "s" else f"{value:,.4g}{unit}" if value < 10 else f"{value:,.0f}{unit}"

    across = [(at, _time(at)) for at in ticks(count * step, 8)]
    drawn = list(axes(frame, _time if unit == "s" else _number, across))
    width = (WIDTH - LEFT - RIGHT) / count
    for at in range(count):
        told = [
            f"{line.name} {show(value)}"
            for line in lines
            if at < len(line.values) and (value := line.values[at]) is not None
        ]
        drawn.append(
            f'<rect class="hit" x="{LEFT + at * width:.1f}" y="{TOP}" width="{width:.1f}" height="{frame.y(0) - TOP}">'
            f"<title>{_time((at + 1) * step)}: {escape(', '.join(told))}</title></rect>"
        )
    drawn += [
        path(frame, [((at + 0.5) * step, value) for at, value in enumerate(line.values)], line.colour) for line in lines
    ]
    if ceiling is not None:
        drawn.append(limit(frame, *ceiling))
    return svg("".join(drawn), label)


def _number(value: float) -> str:
    """Return a number on an axis: rounded, it would stand where another one is.

    >>> _number(12.5), _number(3 * 0.1), _number(1e6)
    ('12.5', '0.3', '1,000,000')
    """
    return f"{value:,.10g}"


def _time(seconds: float) -> str:
    """Return a time on an axis, in the same way.

    >>> _time(0.0), _time(0.0125), _time(2.5), _time(3600)
    ('0 s', '12.5 ms', '2.5 s', '3,600 s')
    """
    return f"{_number(1_000 * seconds)} ms" if 0 < seconds < 1 else f"{_number(seconds)} s"
