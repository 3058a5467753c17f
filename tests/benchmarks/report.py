"""The figures, for people or for programs."""

import json
import platform
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.comparison import Comparison, Spread

_VERSIONS = ("boto3", "aws-kinesis-agg", "async-kinesis", "protobuf")


def as_json(comparison: Comparison, parts: dict[str, float], growth: tuple[int, int] | None) -> str:
    """Return the figures as JSON: microseconds of CPU time an event, ratios, and bytes."""
    document: dict[str, Any] = {
        "python": platform.python_version(),
        "versions": {name: version(name) for name in _VERSIONS},
        "contenders": [
            {
                "name": name,
                "work": work,
                "microseconds": asdict(spread),
                "events_per_second": round(1e6 / spread.median),
            }
            for (name, work), spread in comparison.microseconds.items()
        ],
        "ratios": [
            {
                "name": " ".join(ratio.goal.contender),
                "other": " ".join(ratio.goal.other),
                "ratio": asdict(ratio.measured),
                "floor": ratio.goal.floor,
                "met": ratio.met,
            }
            for ratio in comparison.ratios
        ],
        "parts": parts,
    }
    if growth is not None:
        document["resident_bytes"] = {"at_1_million": growth[0], "at_the_end": growth[1]}
    return json.dumps(document, indent=2)


def print_tables(console: Console, comparison: Comparison, parts: dict[str, float]) -> None:
    """Print the figures as tables."""
    contenders = Table(title="CPU time of the process, all threads; stubs take any amount, rate limits are off")
    for heading in ("", "work", "µs an event", "middle half", "events per CPU-second"):
        contenders.add_column(heading, justify="left" if heading in ("", "work") else "right")
    for (name, work), spread in comparison.microseconds.items():
        contenders.add_row(name, work, f"{spread.median:.2f}", _half(spread), f"{1e6 / spread.median:,.0f}")
    console.print(contenders)
    ratios = Table(title="Ratios within rounds")
    for heading in ("", "next to", "times", "middle half", "floor", ""):
        ratios.add_column(heading, justify="left" if heading in ("", "next to") else "right")
    for ratio in comparison.ratios:
        ours, theirs = (", ".join(side) for side in (ratio.goal.contender, ratio.goal.other))
        verdict = "met" if ratio.met else "[bold red]missed"
        measured = ratio.measured
        ratios.add_row(ours, theirs, f"{measured.median:.2f}", _half(measured), f"{ratio.goal.floor:.1f}", verdict)
    console.print(ratios)
    table = Table(title="Parts by themselves, best of some tries")
    table.add_column("")
    table.add_column("µs an event", justify="right")
    for name, microseconds in parts.items():
        table.add_row(name, f"{microseconds:.3f}")
    console.print(table)


def _half(spread: Spread) -> str:
    return f"{spread.low:.2f} to {spread.high:.2f}"
