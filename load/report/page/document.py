"""The page: what was found first, then charts, then figures."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path

from load.report.model import Report
from load.report.page import charts, tables
from load.report.text import duration


def write_page(path: Path, report: Report) -> None:
    """Write a report as a page.

    Raises:
        OSError: it can't be written.
    """
    path.write_text(page(report), encoding="utf-8")


def page(report: Report) -> str:
    """Return a report as a page of HTML."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    title = f"{report.command}: {report.workload.profile} on {report.target}"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(_parts(report))
        + "\n</main>\n</body>\n</html>\n"
    )


def _parts(report: Report) -> Iterator[str]:
    work = report.workload
    yield f"<h1>{escape(work.profile)} on {escape(report.target)}</h1>"
    yield (
        f'<p class="soft">penstock-load {report.command}, {report.made_at:%Y-%m-%d %H:%M} UTC, '
        f"{work.seconds:,.0f} s measured, Penstock {escape(report.penstock)}</p>"
    )
    if report.partial:
        yield (
            f'<div class="finding limit"><b>Partial</b>: ended by {escape(report.ended)} before its time; '
            "figures are of what there was until then.</div>"
        )
    yield _tiles(report)
    for finding in report.findings:
        yield f'<div class="finding {finding.kind}"><b>{finding.kind}</b>: {escape(finding.text)}</div>'
    if report.tuning is not None:
        yield f"<h2>Cost and freshness</h2><p>{escape(report.tuning.goal)}</p>"
        yield (
            '<p class="soft">In the lists: the mean of what each draw says at that percentile. Those under Latency are '
            "of all draws together.</p>"
        )
        yield charts.frontier(report.tuning)
        yield tables.choices(report.tuning)
        if trials := tables.trials(report.tuning):
            yield f"<h2>Run for real</h2><p>Freshness of values, by the model and by probes</p>{trials}"
    yield from _latency(report)
    yield from _load(report)
    if report.cost is not None:
        yield f"<h2>Cost</h2>{tables.cost(report.cost)}"
    yield f"<h2>What was asked for</h2>{tables.workload(report)}<h2>Configuration</h2>{tables.configuration(report)}"


def _latency(report: Report) -> Iterator[str]:
    found = [
        charts.percentiles(
            [
                ("in a value" if report.lists else "freshness", "slot-2", report.freshness),
                ("in the lists", "slot-1", report.lists),
                ("after the acknowledgement", "slot-3", report.accepted_to_visible),
                ("put", "slot-4", report.put),
            ]
        )
    ]
    if report.series is not None:
        names = [
            ("freshness_p50", "freshness p50", "slot-2"),
            ("freshness_p99", "freshness p99", "slot-1"),
            ("iterator_age", "iterator age", "slot-3"),
        ]
        found.append(charts.over_time(report.series, names, "Freshness over time", "s"))
        names = [
            ("put_p50", "put p50", "slot-2"),
            ("put_p99", "put p99", "slot-1"),
            ("schedule_error_p99", "schedule error p99", "slot-4"),
        ]
        found.append(charts.over_time(report.series, names, "Put latency over time", "s"))
    found.append(tables.latencies(report))
    if any(found):
        yield "<h2>Latency</h2>"
        yield from (each for each in found if each)


def _load(report: Report) -> Iterator[str]:
    step = 1.0 if report.series is None else report.series.step_seconds
    found = [
        charts.throughput(report),
        charts.heat_map(report.shards, step),
        tables.functions(report),
        tables.units(report),
    ]
    if any(found):
        yield "<h2>Load</h2>"
        yield from (each for each in found if each)


def _tiles(report: Report) -> str:
    events, seconds = report.events, report.workload.seconds or 1.0
    tiles = [
        (
            f"{events.accepted_while_measured / seconds:,.0f}/s",
            f"accepted of {events.scheduled / seconds:,.0f}/s scheduled",
        )
    ]
    if report.events.counted is not None and report.command == "run":
        tiles.append((f"{report.events.counted:,}", f"counted of {events.accepted:,} accepted"))
    if report.tuning is not None:
        chosen = report.tuning.frontier[report.tuning.chosen]
        tiles.append((duration(chosen.freshness), f"in the lists; the goal: {report.tuning.goal}"))
    elif report.lists is not None:
        tiles.append((duration(report.lists.p99), "in the lists, p99"))
    if report.freshness is not None:
        name = "in a value" if report.lists else "freshness"
        tiles.append((duration(report.freshness.p50), f"{name}, median"))
        tiles.append((duration(report.freshness.p99), f"{name}, p99"))
    if report.put is not None:
        tiles.append((duration(report.put.p99), "put, p99"))
    refused = sum(shard.refused for shard in report.shards)
    if report.shards:
        tiles.append((f"{refused:,}", "records refused by shards"))
    if report.cost is not None:
        tiles.append((f"${report.cost.per_month:,.2f}", "a month"))
        tiles.append((f"${report.cost.per_million:,.3f}", "a million events"))
    return (
        '<div class="tiles">'
        + "".join(f'<div class="tile"><b>{b}</b><span>{escape(s)}</span></div>' for b, s in tiles)
        + "</div>"
    )
