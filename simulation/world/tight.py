"""Bounds so small that a run's few events reach them, which takes a deployment hours of an outage."""

import copy
import random
from typing import Final

from penstock.config import MIB, ProducerConfig
from simulation.event_source_mapping.configuration import MappingConfig
from simulation.event_source_mapping.limits import HoldLimits

SHARE: Final = 0.6
"""Of a tight world's bounds that are small."""

LEAST_USUAL: Final = 4 * MIB
"""The least that an operator may give a producer in memory or on disk."""
BUFFER_BYTES: Final = (48_000, 64_000)
"""Many times the longest event that such a producer is given, as of the usual one's: half of it must take one."""
SPOOL_BYTES: Final = (24_000, 32_000)
HELD_RECORDS: Final = (10, 25)


class Bounds:
    """The bounds of one world's producers and pollers."""

    def __init__(self, seed: int, *, are_tight: bool) -> None:
        """Make some small where they are `are_tight`; their chance is their own, so the others are as without."""
        self._chance = random.Random(f"{seed} bounds")
        self._are_tight = are_tight

    def of_producer(self, config: ProducerConfig) -> ProducerConfig:
        """Return a producer's options, perhaps with less room than an operator may give it."""
        small = copy.copy(config)
        for option, sizes in (("buffer_bytes", BUFFER_BYTES), ("spool_bytes", SPOOL_BYTES)):
            if self._strikes():
                object.__setattr__(small, option, self._chance.choice(sizes))  # past the check of the least size
        return small

    def of_poller(self, config: MappingConfig) -> HoldLimits:
        """Return how much of a shard a poller holds, perhaps very little."""
        usual = HoldLimits.of(config)
        return HoldLimits(self._chance.choice(HELD_RECORDS), usual.bytes) if self._strikes() else usual

    def _strikes(self) -> bool:
        return self._are_tight and self._chance.random() < SHARE


def is_tight(config: ProducerConfig) -> bool:
    """Tell whether a producer has less room than an operator may give it."""
    return min(config.buffer_bytes, config.spool_bytes) < LEAST_USUAL
