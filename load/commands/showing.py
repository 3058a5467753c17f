"""What the commands of the model print: lines for a person, JSON for a program."""

from collections.abc import Iterator, Sequence
from typing import Final

from load.configuration import PARAMETERS, Configuration
from load.model.outcome import Constraint, Outcome, remedy_of
from load.model.spread import Spread
from load.prices.cost import Cost
from load.prices.table import PriceTable
from load.tuning.advice import WORTH_IT, Advice
from load.tuning.evaluation import Judged
from load.tuning.goal import Goal, Strategy
from load.tuning.tune import Tuned
from penstock.cli.table import columns

RIGHT = frozenset({1, 2})
_LEAST: Final[dict[Strategy, str]] = {
    "cost": "cost a month",
    "speed": "time to the lists",
    "balanced": "cost times time to the lists",
}
"""What is to be least."""
_MOST_BAR: Final = 48
"""Characters of the dearest choice's bar."""


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """Yield what is to be expected, for a person."""
    taken = "" if outcome.accepted > 0.99 * outcome.rate else f"   taken in time {outcome.accepted:,.0f}/s"
    yield f"rate            {outcome.rate:>12,.0f}/s{taken}   counted {outcome.counted:,.0f}/s"
    for name, spread in (
        ("put", outcome.put),
        ("log", outcome.log),
        ("value", outcome.freshness),
        ("lists", outcome.lists),
    ):
        yield f"{_VISIBLE[name]:<16}{_quantiles(spread)}"
    age = outcome.functions["IngestFunction"].age
    yield f"{'iterator age':<16}{age.longest:>9.2f} s   at most"
    if outcome.refused:
        yield f"{'refused':<16}{outcome.refused:>12,.0f}   records a second, sent again"
    yield ""
    yield from columns(
        ["limit", "used", ""],
        [[str(name), f"{used:.1%}", _bar(used)] for name, used in _most_used(outcome)],
        right=frozenset({1}),
    )


def cost_lines(bill: Cost, table: PriceTable, usual: Cost) -> Iterator[str]:
    """Yield a month's bill, for a person."""
    month = bill.month or 1.0  # of prices that are all 0, as of what is paid for elsewhere, each is no part of it
    rows = [
        [item.name, f"{item.dollars:,.2f}", f"{item.dollars / month:.1%}", f"{item.amount:,.4g} {item.price.unit}"]
        for item in sorted(bill.items, key=lambda item: -item.dollars)
    ]
    yield from columns(["item", "$ a month", "", "amount"], rows, right=RIGHT)
    yield ""
    yield f"in all           {bill.month:>14,.2f} $ a month   {bill.million_events:.4f} $ a million events"
    yield f"the usual design {usual.month:>14,.2f} $ a month   {usual.million_events:.4f} $ a million events"
    yield f"list prices of {table.region}, collected {table.collected}; --json has each with its date"


def tuned_lines(tuned: Tuned, start: Configuration, advice: Advice | None, width: int | None = None) -> Iterator[str]:
    """Yield what a tuning found, for a person; its bars leave room for the words beside them in `width` characters."""
    chosen, goal = tuned.chosen, tuned.goal
    yield f"{goal}, strategy {goal.strategy}: {tuned.evaluated:,} of {tuned.possible:,} configurations simulated"
    if not chosen.meets:
        yield f"nothing found meets the goal; this is nearest, and {tuned.binds} is why: {_way_out(tuned)}"
    yield ""
    yield from frontier_lines(tuned.frontier, chosen, goal, width)
    yield ""
    yield judged_line("chosen", chosen) + f"   {tuned.binds} binds"
    if tuned.late:
        yield f"    {tuned.late}"
    yield from _changes(start, chosen.configuration)
    if chosen.configuration.beyond:
        yield chosen.configuration.beyond
    for name, other, why in (
        ("cheaper", tuned.cheaper, "the next cheaper found"),
        ("faster", tuned.faster, "the cheapest found that is a tenth fresher"),
    ):
        if other is not None:
            difference = _difference(chosen.configuration, other.configuration)
            yield judged_line(name, other) + f"   {why}{_missing(other, goal, ', ')}: {difference}"
    for other in tuned.modes:
        configuration = other.configuration
        modes = f"   stream {configuration.stream_mode}, tables {configuration.table_mode}"
        yield judged_line("modes", other) + modes + _missing(other, goal, ", ")
    if tuned.modes:
        yield "the template's StreamMode chooses the stream's; its tables are on demand, the other is for comparison"
    if advice is not None:
        yield ""
        yield from _advice_lines(advice)


def _way_out(tuned: Tuned) -> str:
    """Return what would help where nothing meets the goal."""
    if tuned.binds is not Constraint.FRESHNESS:
        return remedy_of(tuned.binds, tuned.chosen.configuration.stream_mode)
    freshest = min(each.freshness for each in tuned.frontier)
    return f"nothing fresher than {freshest:,.2f} s was found; polls and lists take time, however short windows are"


def _missing(judged: Judged, goal: Goal, before: str = "") -> str:
    """Return what a choice misses, if it does."""
    if judged.meets:
        return ""
    return before + ("misses the goal" if judged.freshness > goal.seconds else "misses the headroom")


def best_lines(found: Sequence[Judged], start: Configuration, goal: Goal) -> Iterator[str]:
    """Yield the best of a search that was interrupted, if there is one yet."""
    for best in found:
        yield judged_line("so far", best) + _missing(best, goal, "   ")
        yield from _changes(start, best.configuration)


def _advice_lines(advice: Advice) -> Iterator[str]:
    goal = advice.goal
    yield judged_line("now", advice.current) + _missing(advice.current, goal, "   ")
    if not advice.change:
        less = f"{advice.saving:.1%} less" if advice.saving >= 0 else f"{-advice.saving:.1%} more"
        yield f"stay: the change has {less} {_LEAST[goal.strategy]}, and less than {WORTH_IT:.0%} saved is not worth it"
        return
    for number, step in enumerate(advice.steps, start=1):
        changes = ", ".join(f"{_named(name)} {step.before[name]} → {value}" for name, value in step.after.items())
        yield judged_line(f"step {number}", step.judged) + f"   {changes}" + _missing(step.judged, goal, "   ")


def _changes(start: Configuration, chosen: Configuration) -> Iterator[str]:
    before, after = start.as_document(), chosen.as_document()
    for name, value in after.items():
        if before[name] != value:
            yield f"    {_named(name):<30}{before[name]!s:>10} → {value!s}"


def _difference(one: Configuration, other: Configuration) -> str:
    before, after = one.as_document(), other.as_document()
    return ", ".join(f"{_named(name)} {value}" for name, value in after.items() if before[name] != value)


def _named(setting: str) -> str:
    """Return a setting as the template names it, if it does."""
    return PARAMETERS[setting].name if setting in PARAMETERS else setting


def judged_line(name: str, judged: Judged) -> str:
    """Return one choice in a line."""
    return f"{name:<12}{judged.month:>12,.2f} $ a month   {judged.freshness:>7.2f} s"


def frontier_lines(frontier: tuple[Judged, ...], chosen: Judged, goal: Goal, width: int | None = None) -> Iterator[str]:
    """Yield the frontier of cost and freshness, cheapest first: a bar for each cost, the chosen one marked.

    Args:
        frontier: what was found.
        chosen: one of it.
        goal: which others may miss.
        width: that lines are to have at most, in characters; none for any.
    """
    dearest = max(each.month for each in frontier) or 1.0
    told = [
        (
            each,
            f"{each.freshness:>8.2f} s {each.month:>12,.2f} $  ",
            " ◄ chosen" if each is chosen else _missing(each, goal, " "),
        )
        for each in frontier
    ]
    beside = max(len(figures) + len(mark) for _, figures, mark in told)
    longest = _MOST_BAR if width is None else max(1, min(_MOST_BAR, width - beside))
    for each, figures, mark in told:
        yield figures + "█" * max(1, round(longest * each.month / dearest)) + mark


_VISIBLE = {
    "put": "acknowledged",
    "log": "in the log",
    "value": "in a value",
    "lists": "in the lists",
}
"""When an event counts as visible, by what is measured."""


def _quantiles(spread: Spread) -> str:
    if not spread.weight:
        return "  nothing came through"
    p50, p99 = spread.quantiles(0.5, 0.99)
    return f"{p50:>9.2f} s   median; p99 {p99:,.2f} s, at most {spread.longest:,.2f} s"


def _most_used(outcome: Outcome) -> Iterator[tuple[str, float]]:
    for constraint, used in sorted(outcome.utilisation.items(), key=lambda item: -item[1]):
        if used >= 0.001:
            yield constraint, used


def _bar(used: float) -> str:
    return "█" * min(round(24 * used), 24) + ("▶" if used > 1 else "")
