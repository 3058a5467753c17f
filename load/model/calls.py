"""Calls of DynamoDB: beside each other, or one at a time."""

from math import ceil
from random import Random

from load.model.surroundings import Latency, Surroundings


class Calls:
    """The tables of one run, as those who call them see them.

    Args:
        surroundings: of the run.
        random: what latencies are drawn from.
    """

    def __init__(self, surroundings: Surroundings, random: Random) -> None:
        self._one_at_a_time = surroundings.one_at_a_time
        self._random = random

    def seconds(self, call: Latency, *, in_turn: float, beside: float = 1.0, at_once: int = 1) -> float:
        """Return how long calls take: so many one after another, and so many of that beside each other.

        The caller makes at most `at_once` calls at a time.
        """
        if self._one_at_a_time:
            return in_turn * beside * call.longest(self._random, 1)
        rounds = in_turn * ceil(beside / at_once)
        return rounds * call.longest(self._random, min(beside, at_once))
