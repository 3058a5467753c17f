"""Overload in words: what is asked for too much, and how many shards would do."""

from collections.abc import Iterator, Sequence

from load.configuration import CapacityMode
from load.model.enough import PLACEMENTS, enough_shards
from load.model.outcome import SHARD_WRITES, Outcome
from load.model.traffic import Traffic


def overload(outcomes: Sequence[Outcome], traffic: Traffic, seed: int) -> Iterator[str]:
    """Yield what is to be said of overload by some seeds, from `seed` on; nothing if none is overloaded.

    What is said of one of them is of the first.
    """
    first, most = outcomes[0], max(outcomes, key=lambda outcome: outcome.most)
    if first.overloaded:
        yield f"{first.binding} is asked for {_binding(first):.0%} of what there is: {first.remedy}"
        yield f"events get older by {first.growing:.2f} s every second that this lasts"
    elif most.overloaded:
        overloaded = sum(outcome.overloaded for outcome in outcomes)
        yield f"by {overloaded} of {len(outcomes)} seeds, {most.binding} at up to {_binding(most):.0%}: {most.remedy}"
    if _lacks_shards(outcomes):
        enough = enough_shards(traffic, first.configuration, range(seed, seed + max(len(outcomes), PLACEMENTS)))
        if enough is not None:
            yield f"{enough:,} shards would have been enough for this rate"


def _binding(outcome: Outcome) -> float:
    return outcome.utilisation[outcome.binding]


def _lacks_shards(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether shards are asked for more than they take, of a stream that can be given more of them."""
    provisioned = outcomes[0].configuration.stream_mode is CapacityMode.PROVISIONED
    return provisioned and any(outcome.utilisation[each] > 1 for outcome in outcomes for each in SHARD_WRITES)
