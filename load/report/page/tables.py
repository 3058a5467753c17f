"""The tables of a report."""

from collections.abc import Iterable, Sequence
from html import escape

from load.report.model import Choice, Cost, Distribution, Report, Tuning
from load.report.text import UNKNOWN, duration


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """Return a table of text; the first column is to the left."""
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(each)}</td>" for each in row) + "</tr>" for row in rows)
    return f'<div class="scroll {kind}"><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table></div>'


def latencies(report: Report) -> str | None:
    """Return the percentiles; None without any."""
    generator = report.generator
    named: list[tuple[str, Distribution | None]] = [
        ("intended → in a value" if report.lists else "freshness: intended → visible", report.freshness),
        ("intended → in the lists", report.lists),
        ("acknowledged → visible", report.accepted_to_visible),
        ("put: intended → acknowledged", report.put),
        ("schedule error: intended → handed over", None if generator is None else generator.schedule_error),
    ]
    rows = [
        [
            name,
            *(duration(value) for value in (each.p50, each.p90, each.p95, each.p99, each.p999, each.max)),
            f"{each.count:,}",
        ]
        for name, each in named
        if each is not None
    ]
    return table(["from → to", "p50", "p90", "p95", "p99", "p99.9", "max", "values"], rows) if rows else None


def functions(report: Report) -> str | None:
    """Return what functions did; None if nothing is known of them."""
    rows = []
    for name, each in report.functions.items():
        took, batch, age = each.duration, each.batch, each.iterator_age
        memory = UNKNOWN if each.memory_bytes is None else f"{each.memory_bytes / 2**20:,.0f} MB"
        given = UNKNOWN if each.memory_limit_bytes is None else f"{each.memory_limit_bytes / 2**20:,.0f} MB"
        rows.append(
            [
                name,
                f"{each.invocations:,}",
                UNKNOWN if each.errors is None else f"{each.errors:,}",
                UNKNOWN if each.throttles is None else f"{each.throttles:,}",
                UNKNOWN if took is None else duration(took.p50),
                UNKNOWN if took is None else duration(took.p99),
                UNKNOWN if batch is None else f"{batch.p50:,.0f} {batch.unit}",
                UNKNOWN if age is None else duration(age.p99),
                memory,
                given,
            ]
        )
    head = ["function", "invoked", "errors", "throttled", "p50", "p99", "batch p50", "age p99", "memory", "of"]
    return table(head, rows) if rows else None


def units(report: Report) -> str | None:
    """Return request units by table; None if nothing is known of them."""
    events = report.events.accepted_while_measured
    rows = [
        [
            name,
            f"{each.write_units:,.0f}",
            f"{each.write_units / events:.4f}" if events else UNKNOWN,
            f"{each.read_units:,.0f}",
            f"{each.read_units / events:.4f}" if events else UNKNOWN,
            UNKNOWN if each.throttles is None else f"{each.throttles:,}",
        ]
        for name, each in report.tables.items()
    ]
    return table(["DynamoDB", "write units", "an event", "read units", "an event", "throttled"], rows) if rows else None


def configuration(report: Report) -> str:
    """Return what was chosen."""
    return table(
        ["setting", "value"], [[name, str(value)] for name, value in report.configuration.items()], kind="pairs"
    )


def workload(report: Report) -> str:
    """Return what was sent."""
    work = report.workload
    return table(
        ["workload", ""],
        [
            ["profile", work.profile],
            ["measured", f"{work.seconds:,.0f} s after {work.warm_up_seconds:,.0f} s"],
            ["rate, mean and peak", f"{work.mean_rate:,.1f}/s, {work.peak_rate:,.1f}/s"],
            ["arrivals", work.arrivals],
            ["event", f"{work.event_bytes:,.0f} bytes, {work.hashtags:g} hashtags"],
            ["authors", f"{work.keys:,}, skew {work.key_skew:g}"],
            ["hashtags", f"{work.hashtag_values:,}, skew {work.hashtag_skew:g}"],
            ["duplicates", f"{work.duplicates:.1%}"],
            ["seed", str(work.seed)],
        ],
        kind="pairs",
    )


def cost(given: Cost) -> str:
    """Return the bill."""
    rows = [[item.item, f"${item.per_month:,.2f}", f"${item.per_million:,.4f}", item.how] for item in given.items]
    rows.append(["together", f"${given.per_month:,.2f}", f"${given.per_million:,.4f}", ""])
    if given.usual_per_million is not None:
        rows.append(
            [
                "the usual design",
                "",
                f"${given.usual_per_million:,.4f}",
                "a record, a marker and a write a hashtag for each event",
            ]
        )
    said = escape(f"Prices of {given.region} as of {given.prices_as_of}: {given.source}")
    return table(["item", "a month", "a million events", "how"], rows) + f'<p class="soft">{said}</p>'


def choices(tuning: Tuning) -> str:
    """Return the frontier, with the next cheaper choice and one that is a tenth fresher."""
    rows = [
        _choice(f"{number + 1}{' (chosen)' if number == tuning.chosen else ''}", each)
        for number, each in enumerate(tuning.frontier)
    ]
    if tuning.cheaper is not None:
        rows.append(_choice("next cheaper", tuning.cheaper))
    if tuning.faster is not None:
        rows.append(_choice("a tenth fresher", tuning.faster))
    return table(["choice", "a month", "in the lists", "meets the goal", "binding"], rows)


def trials(tuning: Tuning) -> str | None:
    """Return finalists that were run, beside what the model says of them; None without any."""
    rows = [
        [
            f"{number}{' (partial)' if each.partial else ''}",
            each.target,
            _seconds(each.simulated_p50),
            _seconds(each.measured_p50),
            _seconds(each.simulated_p99),
            _seconds(each.measured_p99),
            f"{each.accepted_rate:,.0f}/s of {each.scheduled_rate:,.0f}/s",
            "; ".join(finding.text for finding in each.findings),
        ]
        for number, each in enumerate(tuning.trials, start=1)
    ]
    head = ["run", "on", "p50 simulated", "measured", "p99 simulated", "measured", "accepted", "read first"]
    return table(head, rows) if rows else None


def _seconds(value: float | None) -> str:
    return UNKNOWN if value is None else duration(value)


def _choice(name: str, choice: Choice) -> list[str]:
    return [
        name,
        f"${choice.per_month:,.2f}",
        duration(choice.freshness),
        "yes" if choice.meets else "no",
        choice.binding,
    ]
