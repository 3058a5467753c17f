"""Alerts next to the surges of the demo source."""

from collections.abc import Sequence
from random import Random
from statistics import median
from typing import Final

from consumers.alerts.rules import Rules
from consumers.alerts.score import LEAST_PAST
from consumers.counts import DIMENSIONS
from penstock.sources.surges import LIFE_SECONDS
from tests.benchmarks.alerts.chance import scores
from tests.benchmarks.alerts.cost import cost_table
from tests.benchmarks.alerts.playing import START, Watch, play
from tests.benchmarks.alerts.surges import Told, surges
from tests.benchmarks.options import Options
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Bound, Cell, Column, Report, Table

SEEDS: Final = (0, 1, 2)
HOURS: Final = 3.0
RATE: Final = 200.0
WINDOWS: Final = (5, 1)
"""Minutes: the template's default, and that of a local run."""

LEAST_FOUND: Final = 95.0
MOST_FALSE: Final = 1.0
"""Alerts of hashtags that did not surge, an hour."""

MEANS: Final = (0.2, 1.0, 5.0, 30.0, 300.0)
CHANCE_WINDOWS: Final = 200_000

_SCORES: Final = (2, 3, 4, 5, 6)
_COLUMNS: Final = (
    Column("window", "window, min"),
    Column("seed", "seed"),
    Column("surges", "surges"),
    Column("found", "found"),
    Column("median_seconds", "after, s (median)", ",.0f"),
    Column("most_seconds", "after, s (most)"),
    Column("cooling", "in a cool-down"),
    Column("missed", "missed"),
    Column("false", "false: hashtags"),
    Column("others", "false: other dimensions"),
)


def measure(options: Options) -> Report:  # noqa: ARG001 - every bench is given them; this one counts rather than times
    """Play three hours of the source with each of three seeds."""
    rows: list[Sequence[Cell]] = []
    with shown("Alerts: seeds", len(SEEDS)) as progress:
        for done, seed in enumerate(SEEDS, 1):
            watches = [Watch(Rules(DIMENSIONS, window_minutes=minutes)) for minutes in WINDOWS]
            play(seed, RATE, HOURS, watches)
            known = list(surges(seed, HOURS))
            rows += [_row(watch, seed, known) for watch in watches]
            progress(done)
    table = Table(
        "surges",
        f"Surges of the demo source, {HOURS:g} h at {RATE:g} events/s",
        _COLUMNS,
        sorted(rows, key=lambda row: int(row[0])),
    )
    return Report("Alerts", [table, _by_chance(), cost_table()], _bounds(rows))


def _by_chance() -> Table:
    """Score windows in which nothing happens."""
    random = Random("chance")
    columns = (Column("mean", "mean count", "g"), *(Column(f"{least}", f"score of {least}") for least in _SCORES))
    found = {mean: scores(mean, CHANCE_WINDOWS, random) for mean in MEANS}
    rows = [(mean, *(sum(each >= least for each in of_mean) for least in _SCORES)) for mean, of_mean in found.items()]
    return Table("chance", f"Poisson counts with so high a score, of {CHANCE_WINDOWS:,} windows", columns, rows)


def _row(watch: Watch, seed: int, known: list[Told]) -> Sequence[Cell]:
    rules, alerts = watch.rules, watch.alerts
    first = START + (1 + LEAST_PAST) * rules.window  # before it there is too little past
    last = START + HOURS * 3600 - LIFE_SECONDS
    due = [told for told in known if first <= told.start < last and told.abnormal(RATE, rules)]
    delays = [delay for told in due if (delay := told.found(alerts, rules)) is not None]
    missed = [told for told in due if told.found(alerts, rules) is None]
    cooling = sum(told.cooling(alerts, rules) for told in missed)
    false = [alert.dimension for alert in alerts if all(told.found([alert], rules) is None for told in known)]
    hashtags = false.count("hashtag")
    return (
        rules.window_minutes,
        seed,
        len(due),
        len(delays),
        median(delays),
        max(delays),
        cooling,
        len(missed) - cooling,
        hashtags,
        len(false) - hashtags,
    )


def _bounds(rows: list[Sequence[Cell]]) -> list[Bound]:
    keys = [column.key for column in _COLUMNS]
    bounds = []
    for window in WINDOWS:
        columns = dict(zip(keys, zip(*(row for row in rows if row[0] == window), strict=True), strict=True))
        total = {key: sum(int(cell) for cell in columns[key]) for key in ("surges", "found", "cooling", "false")}
        share = 100 * total["found"] / (total["surges"] - total["cooling"])
        bounds += [
            Bound(f"{window} min: surges found, percent", share, least=LEAST_FOUND),
            Bound(
                f"{window} min: false alerts of hashtags an hour", total["false"] / len(SEEDS) / HOURS, most=MOST_FALSE
            ),
        ]
    return bounds
