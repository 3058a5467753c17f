"""What the demo source knows of its surges: what alerts should find."""

from collections.abc import Iterator
from itertools import accumulate
from math import log
from random import Random
from typing import NamedTuple

from consumers.alerts.alert import Alert
from consumers.alerts.rules import Rules
from consumers.alerts.score import even
from consumers.schedule import HOUR
from penstock.sources.surges import LIFE_SECONDS, Surges
from penstock.sources.vocabulary import vocabulary
from tests.benchmarks.alerts.playing import HASHTAGS_AN_EVENT, START


class Told(NamedTuple):
    """A surge of a hashtag, or several that overlap."""

    value: str
    start: int
    """Epoch seconds."""
    usual: float
    """The hashtag's share of those used when it does not surge."""
    shares: list[float]
    """What is added to that, by second from `start`."""

    def abnormal(self, rate: float, rules: Rules) -> bool:
        """Tell whether it would reach the least count and score if it were counted exactly as often as it should."""
        uses = rate * HASHTAGS_AN_EVENT
        sums = [0.0, *accumulate(self.shares)]
        most = max(after - before for before, after in zip([0.0] * rules.window + sums, sums, strict=False))
        usual = self.usual * uses * rules.window
        count = usual + most * uses
        return count >= rules.least_count and even(count) - even(usual) >= rules.score

    def found(self, alerts: list[Alert], rules: Rules) -> int | None:
        """Return after how many seconds an alert was raised, or None if none was."""
        until = self.start + len(self.shares) + rules.window
        ends = [alert.end for alert in alerts if alert.value == self.value and self.start < alert.end <= until]
        return min(ends) - self.start if ends else None

    def cooling(self, alerts: list[Alert], rules: Rules) -> bool:
        """Tell whether an earlier alert of the value keeps it silent."""
        earliest = self.start - rules.cool_down - LIFE_SECONDS
        return any(alert.value == self.value and earliest < alert.end <= self.start for alert in alerts)


def surges(seed: int, hours: float) -> Iterator[Told]:
    """Yield what begins to surge in so many hours."""
    words = vocabulary()
    names = Random(f"demo {seed}").sample(words.hashtags, len(words.hashtags))  # by rank, as the source draws them
    source = Surges(seed, len(names))
    under_way: dict[int, Told] = {}
    last = START + int(hours * HOUR)
    for second in range(START, last + LIFE_SECONDS):
        shares = source.at(second)
        for rank in under_way.keys() - shares.keys():
            yield under_way.pop(rank)
        for rank, share in shares.items():
            if rank not in under_way and second >= last:
                continue
            usual = log((rank + 2) / (rank + 1)) / log(len(names) + 1)  # by Zipf's law
            under_way.setdefault(rank, Told(names[rank], second, usual, [])).shares.append(share)
    yield from under_way.values()
