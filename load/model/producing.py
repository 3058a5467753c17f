"""From an event's intended time until it is in its shard: aggregating, the call, and what a shard does not take."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from load.configuration import Configuration
from load.model.due_times import DueTimes
from load.model.surroundings import Surroundings
from load.model.traffic import Traffic
from penstock.config import ProducerConfig
from simulation.services.kinesis.limits import WRITE_BYTES, WRITE_RECORDS

ENVELOPE_BYTES: Final = 40
"""Of an event in an aggregate: its partition key and the protobuf around it."""
GRID_SECONDS: Final = 0.25
"""Between two looks at what an overloaded shard has taken."""

_ROUNDED: Final = 1 + 1e-9
"""Times all events: sums of parts of them may come to so much."""
_ASKED: Final = (ProducerConfig().rate_limit_percent or 100) / 100
"""Times what a shard takes that producers with a backlog ask of it."""


@dataclass(frozen=True)
class Aggregates:
    """How events become records at some rate of one lane of one producer."""

    events: float
    """Of a record."""
    wait: float
    """Seconds from an event's `put` until its record is sent, on average."""

    @classmethod
    def at(cls, rate: float, configuration: Configuration, event_bytes: float) -> "Aggregates":
        """Return them at a rate, events a second: a record is sent when it is full, or its first event has waited."""
        full = max(1.0, configuration.aggregate_bytes / (event_bytes + ENVELOPE_BYTES))
        linger = configuration.linger_seconds
        lingered = 1.0 + rate * linger
        if lingered >= full:
            return cls(full, (full - 1) / rate / 2 if rate else 0.0)
        return cls(lingered, linger * (1 + (lingered - 1) / 2) / lingered)


class ShardStream:
    """What one shard takes of its share of the traffic, as a fluid. Times are seconds of the profile."""

    def __init__(
        self, share: float, traffic: Traffic, configuration: Configuration, surroundings: Surroundings, end: float
    ) -> None:
        """Look at a shard with a share (0 to 1) of all events; what waits then is taken until `end`."""
        self.share = share
        self._profile = traffic.profile
        self._times = DueTimes(traffic.profile)
        self._lanes = configuration.lanes_per_shard * traffic.producers
        self._configuration = configuration
        self.event_bytes = traffic.event_bytes
        self.peak = share * traffic.profile.peak
        full = Aggregates.at(float("inf"), configuration, traffic.event_bytes)
        self.full = full.events
        bytes_an_event = traffic.event_bytes + ENVELOPE_BYTES
        self.capacity = min(WRITE_RECORDS * full.events, WRITE_BYTES / bytes_an_event)
        """Events a second that it takes at most."""
        at_peak = self.aggregates(self.peak)
        self.records_utilisation = self.peak / at_peak.events / WRITE_RECORDS
        self.bytes_rate = self.peak * bytes_an_event
        """Bytes a second at the peak."""
        self.bytes_utilisation = self.bytes_rate / WRITE_BYTES
        self.utilisation = max(self.records_utilisation, self.bytes_utilisation)
        self.wait = at_peak.wait
        """Seconds that an event waits for its record to be sent, on average."""
        self.delay = at_peak.wait + surroundings.put.median
        """From `put` until it is in the shard, where that takes all that comes."""
        self.refused = 0.0
        """Records that it has refused until the profile's end."""
        self.overloaded = self.peak > self.capacity
        self._taken: list[float] = self._grid(end) if self.overloaded else []

    def aggregates(self, rate: float) -> Aggregates:
        """Return how the shard's events become records at a rate of its own, events a second."""
        return Aggregates.at(rate / self._lanes, self._configuration, self.event_bytes)

    def taken(self, time: float) -> float:
        """Return how many events it has taken until a time."""
        time -= self.delay
        if not self._taken:
            return self.share * self._profile.due(time)
        if time <= 0:
            return 0.0
        at = min(int(time / GRID_SECONDS), len(self._taken) - 2)
        left, right = self._taken[at], self._taken[at + 1]
        return left + (right - left) * min(time / GRID_SECONDS - at, 1.0)

    def time_of(self, number: float) -> float:
        """Return when it has taken so many events, `taken` backwards; infinity if it never does."""
        if not self._taken:
            number /= self.share
            if number > self._profile.events * _ROUNDED:
                return float("inf")
            return self._times.of(min(number, self._profile.events)) + self.delay
        if number > self._taken[-1]:
            return float("inf")
        # Where it takes no more, the first of the times at which it has taken as much.
        right = max(bisect_left(self._taken, number), 1)
        left, rise = self._taken[right - 1], self._taken[right] - self._taken[right - 1]
        return (right - 1 + ((number - left) / rise if rise else 0.0)) * GRID_SECONDS + self.delay

    def intended(self, number: float) -> float:
        """Return when the event was due that the shard takes as its so-manieth."""
        return self._times.of(number / self.share)

    def _grid(self, end: float) -> list[float]:
        """Return what it has taken at each step, with what it does not take waiting in front of it."""
        taken, grid, most = 0.0, [0.0], self.capacity * GRID_SECONDS
        for step in range(1, int(end / GRID_SECONDS) + 2):
            offered = self.share * self._profile.due(step * GRID_SECONDS)
            waiting = offered - taken
            if waiting > most and step * GRID_SECONDS <= self._profile.seconds:
                self.refused += (_ASKED - 1) * most / self.full
            taken += min(most, waiting)
            grid.append(taken)
        return grid
