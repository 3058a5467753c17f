"""One run: batches in the order of their times, of as many shards as tell how all of them fare."""

from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import count, pairwise
from math import ceil
from random import Random
from typing import Any, Final

from load.calibration.calibration import Calibration
from load.configuration import CapacityMode, Configuration
from load.model.applying import LogShard, Rollup, Views
from load.model.calls import Calls
from load.model.ingesting import Folded, Ingest, Slot
from load.model.outcome import FunctionRun, Outcome
from load.model.producing import ShardStream
from load.model.sizes import Sizes
from load.model.spread import Spread
from load.model.surroundings import AWS, Surroundings
from load.model.traffic import Traffic
from load.model.using import used
from load.model.utilisation import Seen, utilisation
from load.workload.profile import Piece, Profile
from simulation.services.throughput import PARTITION_WRITES

SHARDS_LOOKED_AT: Final = 16
"""Of a stream with more, the hottest and others that stand for their like."""
LOG_SHARDS_LOOKED_AT: Final = 2
DRAIN_SECONDS: Final = 900.0
"""After the end, before what is not visible yet is given up."""
_MOMENT: Final = 0.01
"""Seconds in which a single event stands for its rate."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What comes before the measured time where the stack starts with the run.

    Attributes:
        ready_seconds: until the first event is due.
        warm_up_seconds: at the profile's first rate.
    """

    ready_seconds: float = 2.0
    warm_up_seconds: float = 10.0

    def pieces(self, rate: float) -> tuple[Piece, ...]:
        """Return both, of a profile that begins with a rate."""
        pieces = ((self.ready_seconds, 0.0), (self.warm_up_seconds, rate))
        return tuple(Piece(seconds, each, each) for seconds, each in pieces if seconds)


@dataclass(frozen=True, slots=True)
class Span:
    """The measured time, and what comes before and after it: it begins and ends in the midst of things, or as a run."""

    profile: Profile
    start: float
    end: float

    @classmethod
    def around(cls, profile: Profile, configuration: Configuration, lead: Lead | None) -> "Span":
        """Put the profile between times at its first and its last rate.

        In a fresh stack nothing comes before the first, and nothing after the profile: what then waits for a full batch
        waits for the window's end.
        """
        windows = (
            configuration.ingest_window_seconds
            + configuration.rollup_window_seconds
            + configuration.views_window_seconds
        )
        around = 15.0 + 2.0 * windows
        first, last = profile.pieces[0].start, profile.pieces[-1].end
        before = (Piece(around, first, first),) if lead is None else lead.pieces(first)
        after = Piece(around, last, last) if lead is None else Piece(around, 0.0, 0.0)
        pieces = [*before, *profile.pieces, after]
        start = sum(piece.seconds for piece in before)
        return cls(Profile(pieces, profile.text), start, start + profile.seconds)

    def holds(self, time: float) -> bool:
        """Tell whether a time is measured."""
        return self.start <= time < self.end

    def part(self, first: float, last: float) -> tuple[float, float, float]:
        """Return which part of a stretch of time is measured, and where that begins and ends."""
        if last <= first:
            return float(self.holds(first)), first, last
        begin, end = max(first, self.start), min(last, self.end)
        return max(end - begin, 0.0) / (last - first), begin, end


class Run:
    """The state of one run; `outcome` is what it found."""

    def __init__(
        self,
        traffic: Traffic,
        configuration: Configuration,
        calibration: Calibration,
        surroundings: Surroundings,
        seed: int = 0,
        *,
        lead: Lead | None = None,
    ) -> None:
        """Be ready to run; all chance comes from the seed. The lead is of surroundings that are fresh."""
        self._random = Random(f"run {seed}")
        self._span = Span.around(traffic.profile, configuration, (lead or Lead()) if surroundings.fresh else None)
        self._traffic = traffic = replace(traffic, profile=self._span.profile)
        if configuration.stream_mode is CapacityMode.ON_DEMAND:
            configuration = replace(configuration, shards=on_demand_shards(traffic, configuration))
        self._configuration = configuration
        self._surroundings = surroundings
        self._calibration = calibration
        self._sizes = Sizes(calibration, configuration, traffic)
        self._calls = Calls(surroundings, self._random)
        self._ingest = Ingest(configuration, calibration, surroundings, self._sizes, self._calls)
        self._slots = self._make_slots(seed)
        self._log_shards = self._count_log_shards()
        looked_at = min(self._log_shards, LOG_SHARDS_LOOKED_AT)
        self._shards = [LogShard(configuration, surroundings, self._random) for _ in range(looked_at)]
        self._rollup = Rollup(
            configuration, calibration, surroundings, self._sizes, self._calls, shards=self._log_shards
        )
        self._views = Views(configuration, calibration, surroundings, self._sizes, self._calls)
        self._heap: list[tuple[float, int, Any, Any]] = []
        self._order = count()
        self._warm: set[object] = set()
        """Whose environments have run before."""
        self._views_due = False
        self._applied: list[tuple[float, Folded]] = []
        """What is in the trends and perhaps noted, and when its note is in the stream."""
        self._followed: list[Folded] = []
        """What views have read and no list has yet."""
        self._seen = Seen()
        self._freshness, self._probed, self._lists = Spread(), Spread(), Spread()
        self._log, self._put = Spread(), Spread()
        self._functions = {name: FunctionRun() for name in ("IngestFunction", "RollupFunction", "ViewsFunction")}

    def outcome(self) -> Outcome:
        """Run, and return what was found."""
        self._heap = [(slot.due(), next(self._order), self._begin_ingest, slot) for slot in self._slots]
        heapify(self._heap)
        last = self._span.profile.seconds + DRAIN_SECONDS
        while self._heap and self._heap[0][0] <= last:
            now, _, step, what = heappop(self._heap)
            step(now, what)
        return self._found()

    def _at(self, time: float, step: Any, what: Any) -> None:  # noqa: ANN401 - each step has a thing of its own
        heappush(self._heap, (time, next(self._order), step, what))

    def _begin_ingest(self, now: float, slot: Slot) -> None:
        records, events, first, last, arrived = slot.take(now)
        begin = now + self._start_of(slot)
        seconds, folded = self._ingest.run(
            begin, records=records, events=events, first=first, last=last, random=self._random
        )
        done = begin + seconds
        slot.done(done, seconds if self._span.holds(now) else 0.0)
        if self._span.holds(now):
            weight = slot.weight
            run = self._functions["IngestFunction"]
            run.invocations += weight
            run.busy += weight * seconds
            run.duration.add(weight, seconds, seconds)
            run.age.add(weight * events, done - slot.stream.time_of(slot.taken), done - arrived)
            self._seen.records += weight * records
            self._seen.log_writes += weight * folded.write_units
            self._seen.log_reads += weight * folded.read_units
            self._seen.log_bytes += weight * folded.segments * self._sizes.segment_bytes(events / folded.segments)
            self._seen.longest = max(self._seen.longest, seconds)
        stands_for = replace(folded, events=events * slot.weight, segments=folded.segments * slot.weight)
        self._measure(self._log, stands_for, 1.0, folded.done)
        part, *_ = self._span.part(first, last)
        if part:
            delay = slot.stream.time_of(slot.taken) - last
            self._put.add(part * stands_for.events, max(delay - slot.stream.wait, 0.0), delay + slot.stream.wait)
        self._at(folded.done + self._surroundings.stream_seconds, self._arrive, stands_for)
        due = slot.due()
        if due < float("inf"):
            self._at(due, self._begin_ingest, slot)

    def _arrive(self, now: float, folded: Folded) -> None:
        for shard in self._shards:
            shard.waiting.append((now, folded))
            if not shard.scheduled:
                shard.scheduled = True
                self._at(max(shard.due(), now), self._begin_rollup, shard)

    def _begin_rollup(self, now: float, shard: LogShard) -> None:
        share = 1 / self._log_shards
        newest = shard.waiting[0][1]
        most = self._rollup.most_segments(newest.events / newest.segments)
        taken = shard.take(now, most, share)
        if not taken:
            self._at(max(shard.due(), now + self._surroundings.table_poll_seconds), self._begin_rollup, shard)
            return
        begin = now + self._start_of(shard)
        written = self._rollup.run(begin, taken, share, self._random)
        done = begin + written.seconds
        shard.done(done, written.seconds if self._span.holds(now) else 0.0)
        if self._span.holds(now):
            weight = self._log_shards / len(self._shards)
            run = self._functions["RollupFunction"]
            run.invocations += weight
            run.busy += weight * written.seconds
            run.duration.add(weight, written.seconds, written.seconds)
            run.age.add(weight, done - taken[-1].done, done - taken[0].done)
            self._seen.trends_writes += weight * written.write_units
            self._seen.trends_reads += weight * written.read_units
        for folded in taken:
            self._measure(self._freshness, folded, 1 / len(self._shards), begin + written.visible)
            self._measure(self._probed, self._in_probes(folded), 1 / len(self._shards), begin + written.visible)
            self._applied.append((done + self._surroundings.stream_seconds, folded))
        if not self._views_due:
            self._views_due = True
            self._at(self._views.due(done + self._surroundings.stream_seconds), self._begin_views, None)
        shard.scheduled = bool(shard.waiting)
        if shard.scheduled:
            self._at(max(shard.due(), done), self._begin_rollup, shard)

    def _begin_views(self, now: float, _: None) -> None:
        self._followed += [folded for noted, folded in self._applied if noted <= now]
        self._applied = [each for each in self._applied if each[0] > now]
        due = self._traffic.profile.due
        minute = now - now % 60.0
        written, listed = self._views.run(now, due(now) - due(minute), due(now) - due(minute - 240.0), self._random)
        done = now + written.seconds
        self._views.done(done, written.seconds if self._span.holds(now) else 0.0)
        if self._span.holds(now):
            run = self._functions["ViewsFunction"]
            run.invocations += 1
            run.busy += written.seconds
            run.duration.add(1, written.seconds, written.seconds)
            self._seen.trends_writes += written.write_units
            self._seen.trends_reads += written.read_units
        if listed:
            for folded in self._followed:
                self._measure(self._lists, folded, 1 / len(self._shards), now + written.visible)
            self._followed.clear()
        self._views_due = bool(self._applied)
        if self._applied:
            self._at(max(self._views.due(min(noted for noted, _ in self._applied)), done), self._begin_views, None)

    def _start_of(self, what: object) -> float:
        """Return how long an environment takes to start: once for whatever has one of its own."""
        if what in self._warm:
            return 0.0
        self._warm.add(what)
        return self._surroundings.start_seconds

    def _measure(self, spread: Spread, folded: Folded, share: float, visible: float) -> None:
        part, first, last = self._span.part(folded.first, folded.last)
        if part:
            spread.add(part * folded.events * share, visible - last, visible - first)

    def _in_probes(self, folded: Folded) -> Folded:
        """Return what was folded as so many probes, one a second of all shards together."""
        due, last = self._span.profile.due, max(folded.last, folded.first + _MOMENT)
        events = due(last) - due(folded.first)
        return replace(folded, events=folded.events * (last - folded.first) / events if events else 0.0)

    def _make_slots(self, seed: int) -> list[Slot]:
        configuration, end = self._configuration, self._span.profile.seconds
        lanes = configuration.lanes_per_shard
        slots: list[Slot] = []
        poll = self._surroundings.event_poll_seconds
        for share, weight in _looked_at(self._traffic.shares(configuration.shards, seed)):
            stream = ShardStream(share, self._traffic, configuration, self._surroundings, end)
            phase = 0.0 if self._surroundings.fresh else self._random.random() * poll
            chosen = [self._random.randrange(configuration.ingest_parallelization_factor) for _ in range(lanes)]
            for slot in sorted(set(chosen)):
                part = chosen.count(slot) / lanes
                slots.append(
                    Slot(
                        stream,
                        part,
                        weight,
                        configuration=configuration,
                        surroundings=self._surroundings,
                        phase=phase,
                        window_start=self._window_start(),
                    )
                )
        return slots

    def _window_start(self) -> float:
        if self._surroundings.fresh:
            return 0.0
        longest = max(self._configuration.ingest_window_seconds, self._surroundings.event_poll_seconds)
        return self._random.random() * longest

    def _accepted(self) -> float:
        """Return how many events the shards took in the measured time."""
        streams = {id(slot.stream): slot for slot in self._slots}.values()
        span = self._span
        return sum(slot.weight * (slot.stream.taken(span.end) - slot.stream.taken(span.start)) for slot in streams)

    def _count_log_shards(self) -> int:
        """Return how many shards the log's stream has: one for each partition of its table."""
        surroundings = self._surroundings
        if not surroundings.grows:
            return surroundings.least_table_partitions
        rate = self._traffic.profile.peak
        configuration = self._configuration
        window = max(configuration.ingest_window_seconds, surroundings.event_poll_seconds)
        events = max(1.0, rate / configuration.shards * window / configuration.ingest_parallelization_factor)
        _, folded = self._ingest.run(0.0, records=1.0, events=events, first=0.0, last=window, random=Random(0))
        return max(surroundings.least_table_partitions, ceil(rate * folded.write_units / events / PARTITION_WRITES))

    def _found(self) -> Outcome:
        span, profile = self._span, self._span.profile
        seconds = span.end - span.start
        rate = (profile.due(span.end) - profile.due(span.start)) / seconds
        streams = {id(slot.stream): slot for slot in self._slots}
        self._seen.slots = [(slot.busy / seconds, slot.weight) for slot in self._slots]
        self._seen.log_shard = max((shard.busy / seconds for shard in self._shards), default=0.0)
        self._seen.views = self._views.busy / seconds
        self._seen.streams = [slot.stream for slot in streams.values()]
        return Outcome(
            configuration=self._configuration,
            seconds=seconds,
            rate=rate,
            accepted=self._accepted() / seconds,
            counted=self._lists.weight / seconds,
            freshness=self._freshness,
            probed=self._probed,
            lists=self._lists,
            log=self._log,
            put=self._put,
            functions=self._functions,
            utilisation=utilisation(
                self._seen,
                configuration=self._configuration,
                surroundings=self._surroundings,
                sizes=self._sizes,
                peak=profile.peak / rate,
                seconds=seconds,
            ),
            streams=tuple((slot.stream, slot.weight) for slot in streams.values()),
            refused=sum(slot.stream.refused * slot.weight for slot in streams.values()) / profile.seconds,
            usage=used(
                self._seen,
                self._functions,
                configuration=self._configuration,
                calibration=self._calibration,
                sizes=self._sizes,
                rate=rate,
                peak=profile.peak,
                seconds=seconds,
            ),
        )


def simulate(
    traffic: Traffic,
    configuration: Configuration,
    calibration: Calibration,
    surroundings: Surroundings,
    seed: int = 0,
    *,
    lead: Lead | None = None,
) -> Outcome:
    """Return what is to be expected of a configuration under some traffic; `lead` is of surroundings that are fresh."""
    return Run(traffic, configuration, calibration, surroundings, seed, lead=lead).outcome()


def on_demand_shards(traffic: Traffic, configuration: Configuration) -> int:
    """Return how many shards an on-demand stream has: room for twice its peak, and four at least.

    (Amazon Kinesis Data Streams Developer Guide, "Choose the right mode to manage capacity".)
    """
    whole = ShardStream(1.0, traffic, configuration, AWS, 0.0)
    return max(4, ceil(2 * max(whole.records_utilisation, whole.bytes_utilisation)))


def _looked_at(shares: tuple[float, ...]) -> list[tuple[float, float]]:
    """Return shares of the shards to look at, and how many shards each of them stands for."""
    if len(shares) <= SHARDS_LOOKED_AT:
        return [(share, 1.0) for share in shares]
    others = shares[1:]
    groups = SHARDS_LOOKED_AT - 1
    edges = [round(number * len(others) / groups) for number in range(groups + 1)]
    pieces = [others[left:right] for left, right in pairwise(edges)]
    return [(shares[0], 1.0), *((sum(piece) / len(piece), float(len(piece))) for piece in pieces)]
