"""Puts together what workers tell: totals of the measured time, figures over time, histograms in blocks."""

from bisect import bisect_left
from collections import defaultdict
from itertools import pairwise
from math import ceil
from typing import Final, NamedTuple

from load.generator.snapshot import ShardCount, Snapshot
from load.measure.distributions import Measured
from load.report.model import Distribution, Shard, Unit

BLOCKS: Final = 10
"""Pieces of the measured time whose differences tell the noise."""
OPEN_SECONDS: Final = 60
"""Values that come later than that are in the distribution, and not in the percentiles of their step."""
MOST_POINTS: Final = 600
SHARD_RECORDS: Final = 1_000.0
SHARD_BYTES: Final = float(2**20)
"""What a shard takes in a second (Amazon Kinesis Data Streams Developer Guide, "Quotas and limits")."""

Points = tuple[float | None, ...]


class Totals(NamedTuple):
    """Counts since a worker's start, or of a time; `copies` are of the events sent."""

    sent: float = 0.0
    accepted: float = 0.0
    failed: float = 0.0
    resent: float = 0.0
    refused: float = 0.0
    processor: float = 0.0
    copies: float = 0.0

    @property
    def distinct(self) -> float:
        """Events accepted, without copies: what is counted in the end, but for copies that were given up."""
        return max(0.0, self.accepted - self.copies)


class OverTime:
    """Values that belong to moments, as a distribution of all and as percentiles of each step.

    Args:
        unit: of the values.
        seconds: the measured time.
        step: seconds of a step.
    """

    def __init__(self, unit: Unit, seconds: float, step: float) -> None:
        self._unit: Unit = unit
        self._seconds = seconds
        self._step = step
        self._all = Measured(unit, BLOCKS)
        self._steps: dict[int, Measured] = {}
        self._closed: dict[int, tuple[float | None, float | None]] = {}

    def record(self, at: float, value: float) -> None:
        """Take a value of a moment; moments outside of the measured time are left out."""
        if 0 <= at < self._seconds:
            self._all.record(value, block=self._block(at))
            if (step := self._of_step(at)) is not None:
                step.record(value)

    def add(self, since: float, until: float, encoded: str) -> None:
        """Take the values of a histogram that belong to the time between two moments."""
        middle = (since + until) / 2
        if 0 <= middle < self._seconds:
            self._all.add(encoded, block=self._block(middle))
            if (step := self._of_step(middle)) is not None:
                step.add(encoded)

    @property
    def count(self) -> int:
        """How many values there are."""
        return self._all.count

    @property
    def quantiles(self) -> tuple[float, float] | None:
        """The median and the 99th percentile of all; None without values."""
        found = self._all.quantiles(0.5, 0.99)
        return (found[0], found[1]) if found else None

    def distribution(self) -> Distribution | None:
        """Return the distribution of all values."""
        return self._all.distribution()

    def points(self, count: int) -> tuple[Points, Points]:
        """Return the median and the 99th percentile of each of the first steps."""
        self._close(before=None)
        found = [self._closed.get(step, (None, None)) for step in range(count)]
        return tuple(p50 for p50, _ in found), tuple(p99 for _, p99 in found)

    def _block(self, at: float) -> int:
        return min(int(at / self._seconds * BLOCKS), BLOCKS - 1)

    def _of_step(self, at: float) -> Measured | None:
        """Return the step of a moment; None where it is closed: a histogram takes 240 kB, so that few are kept open."""
        step = int(at / self._step)
        if step in self._closed:
            return None
        if step not in self._steps:
            self._close(before=step - ceil(OPEN_SECONDS / self._step))
            self._steps[step] = Measured(self._unit)
        return self._steps[step]

    def _close(self, before: int | None) -> None:
        for step in [each for each in self._steps if before is None or each < before]:
            measured = self._steps.pop(step)
            p50, p99 = measured.quantiles(0.5, 0.99) or (None, None)
            self._closed[step] = p50, p99


class Recorder:
    """All workers' snapshots of a run.

    Args:
        seconds: the measured time as planned; `end` may shorten it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.step: Final = float(max(1, ceil(seconds / MOST_POINTS)))
        self.schedule_error: Final = OverTime("s", seconds, self.step)
        self.put: Final = OverTime("s", seconds, self.step)
        self.most_waiting = 0.0
        """The largest share of an SDK's buffer that was in use, of 1."""
        self.open_shards = 0
        """Of the stream, those that nothing was sent to included."""
        self.failure: str | None = None
        self._moments: defaultdict[int, list[float]] = defaultdict(list)
        self._totals: defaultdict[int, list[Totals]] = defaultdict(list)
        self._shards: defaultdict[tuple[int, str], list[tuple[float, *tuple[int, ...]]]] = defaultdict(list)

    def take(self, snapshot: Snapshot) -> None:
        """Take in what a worker told."""
        told = self._moments[snapshot.worker]
        before = told[-1] if told else snapshot.at
        self.schedule_error.add(before, snapshot.at, snapshot.schedule_error)
        for due, seconds in snapshot.put:
            self.put.record(due, seconds)
        self.failure = snapshot.failure or self.failure
        self.open_shards = snapshot.open_shards or self.open_shards
        if 0 < snapshot.at <= self.seconds:
            self.most_waiting = max(self.most_waiting, snapshot.waiting)
        refused = sum(each.refused for each in snapshot.shards.values())
        told.append(snapshot.at)
        self._totals[snapshot.worker].append(
            Totals(
                snapshot.sent,
                snapshot.accepted,
                snapshot.failed,
                snapshot.resent,
                refused,
                snapshot.processor,
                snapshot.copies,
            )
        )
        for shard_id, counted in snapshot.shards.items():
            taken = self._shards[snapshot.worker, shard_id]
            if not taken and before < snapshot.at:
                taken.append((before, *(0 for _ in counted)))  # a shard that took nothing was not told of
            taken.append((snapshot.at, *counted))

    def end(self, at: float) -> None:
        """Shorten the measured time: the run ends here."""
        self.seconds = min(self.seconds, max(0.0, at))

    @property
    def in_all(self) -> Totals:
        """What became of all events so far, warm-up included, as far as workers have told."""
        return Totals(*map(sum, zip(*(each[-1] for each in self._totals.values()), strict=True)))

    @property
    def latest(self) -> Totals:
        """What became of the events of the measured time, as far as workers have told.

        What the stream refused, and the work that all took, are of the measured time itself.
        """
        if not self._totals or max(each[-1] for each in self._moments.values()) <= 0:
            return Totals()
        begun, ended = self._at(0.0), self._at(self.seconds)
        newest = self.in_all
        # Of the events that were sent outside of the measured time, before it or after it, all count as acknowledged.
        others = (begun.sent - begun.accepted - begun.failed) + (newest.sent - ended.sent)
        return Totals(
            sent=ended.sent - begun.sent,
            accepted=max(0.0, newest.accepted - begun.accepted - others),
            failed=newest.failed - begun.failed,
            resent=ended.resent - begun.resent,
            refused=ended.refused - begun.refused,
            processor=ended.processor - begun.processor,
            copies=ended.copies - begun.copies,
        )

    @property
    def accepted_in_time(self) -> int:
        """Events acknowledged while the measured time lasted."""
        return round(self._at(self.seconds).accepted - self._at(0.0).accepted)

    @property
    def steps(self) -> int:
        """How many whole steps the measured time has."""
        return int(self.seconds / self.step + 1e-9)

    @property
    def busy(self) -> float:
        """Cores that all workers kept busy in the measured time, on average."""
        return (self._at(self.seconds).processor - self._at(0.0).processor) / self.seconds if self.seconds else 0.0

    def rates_before(self, now: float) -> Totals:
        """Return what happened a second, in the last second of which all workers have told."""
        until = min((each[-1] for each in self._moments.values()), default=0.0)
        earlier, later = self._at(min(until, now) - 1.0), self._at(min(until, now))
        return Totals(*(after - before for before, after in zip(earlier, later, strict=True)))

    def rates(self) -> dict[str, Points]:
        """Return what happened a second, in each step."""
        at = [self._at(number * self.step) for number in range(self.steps + 1)]
        pairs = list(pairwise(at))
        names = {
            "sent_rate": "sent",
            "accepted_rate": "accepted",
            "refused_rate": "refused",
            "generator_cores": "processor",
        }
        return {
            shown: tuple((getattr(later, name) - getattr(earlier, name)) / self.step for earlier, later in pairs)
            for shown, name in names.items()
        }

    def shards(self) -> tuple[Shard, ...]:
        """Return what each shard took."""
        found = []
        for shard_id in sorted({shard_id for _, shard_id in self._shards}):
            at = [self._shard_at(shard_id, number * self.step) for number in range(self.steps + 1)]
            first, last = self._shard_at(shard_id, 0.0), self._shard_at(shard_id, self.seconds)
            seconds = self.seconds or 1.0
            found.append(
                Shard(
                    shard_id=shard_id,
                    records_rate=(last[0] - first[0]) / seconds,
                    bytes_rate=(last[1] - first[1]) / seconds,
                    refused=round(last[2] - first[2]),
                    utilisation=tuple(
                        max((later[0] - earlier[0]) / SHARD_RECORDS, (later[1] - earlier[1]) / SHARD_BYTES) / self.step
                        for earlier, later in pairwise(at)
                    ),
                )
            )
        return tuple(found)

    def in_all_by_shard(self) -> tuple[ShardCount, ...]:
        """Return what became of all events so far, warm-up included, shard by shard.

        Once each event has an outcome, that is what was meant for each shard, however late it was taken.
        """
        last: defaultdict[str, list[list[int]]] = defaultdict(list)
        for (_, shard_id), told in self._shards.items():
            _, *counts = told[-1]
            last[shard_id].append(counts)
        return tuple(ShardCount(*map(sum, zip(*last[shard_id], strict=True))) for shard_id in sorted(last))

    def _at(self, time: float) -> Totals:
        """Return the sum of what workers had done at a time, between snapshots in proportion."""
        found = [_between(self._moments[worker], totals, time) for worker, totals in self._totals.items() if totals]
        return Totals(*map(sum, zip(*found, strict=True))) if found else Totals()

    def _shard_at(self, shard_id: str, time: float) -> tuple[float, ...]:
        found = []
        for (_, each), told in self._shards.items():
            if each == shard_id:
                found.append(_between([at for at, *_ in told], [counts for _, *counts in told], time))
        return tuple(map(sum, zip(*found, strict=True)))


def _between(moments: list[float], values: "list[Totals] | list[list[int]]", time: float) -> list[float]:
    """Return values at a time, in proportion between the two moments around it; the last ones after the last moment."""
    at = bisect_left(moments, time)
    if at == len(moments):
        return [float(each) for each in values[-1]]
    if at == 0:
        return [float(each) for each in values[0]]
    share = (time - moments[at - 1]) / (moments[at] - moments[at - 1])
    return [earlier + (later - earlier) * share for earlier, later in zip(values[at - 1], values[at], strict=True)]
