"""What many runs came to."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from simulation.faults import NAMES
from simulation.run import Outcome

COLUMNS = 3


@dataclass
class Summary:
    """Adds up outcomes."""

    runs: int = 0
    events: int = 0
    moved: int = 0
    simulated_seconds: float = 0.0
    processor_seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    use: dict[str, float] = field(default_factory=dict)
    """By kind of bound, the highest part of one that was used."""
    failed: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Take in a run."""
        self.runs += 1
        self.events += outcome.events
        self.moved += outcome.moved
        self.simulated_seconds += outcome.seconds
        self.processor_seconds += outcome.processor_seconds
        self.counts += outcome.counts
        for kind, part in outcome.use.items():
            self.use[kind] = max(self.use.get(kind, 0.0), part)
        if outcome.violations:
            self.failed.append(outcome)

    def lines(self, seconds: float, allowed: Iterable[str]) -> list[str]:
        """Return it as text; it took so many seconds of the clock."""
        each = self.runs or 1
        names = [name for name in NAMES if name in frozenset(allowed)]
        struck = [f"{name} {self.counts[name]:,}" for name in names]
        width = max(map(len, struck), default=0) + 2
        rows = [struck[at : at + COLUMNS] for at in range(0, len(struck), COLUMNS)]
        pace = (
            f"{self.runs / (seconds or 1):.1f} a second, {self.processor_seconds / each:.2f} s of processor time each"
        )
        hours = self.simulated_seconds / 3600
        return [
            f"{self.runs:,} runs in {seconds:,.0f} s: {pace}",
            f"{hours:,.0f} simulated hours, {self.events:,} events, {self.events / each:.0f} a run",
            f"{self.moved:,} keys of ordered producers changed shards",
            "faults that struck:" if rows else "no faults",
            *("  " + "".join(text.ljust(width) for text in row).rstrip() for row in rows),
            "highest use of a bound: " + ", ".join(f"{kind} {part:.0%}" for kind, part in self.use.items()),
            f"violations: {sum(len(outcome.violations) for outcome in self.failed)} in {len(self.failed)} runs",
        ]
