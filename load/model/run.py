"""One run: batches in the order of their times, of as many shards as tell how all of them fare."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count
from math import ceil
from random import Random
from typing import Any, Final, NamedTuple

from load.calibration.calibration import Calibration
from load.configuration import CapacityMode, Configuration
from load.measure.functions import FUNCTIONS
from load.model.applying import LogShard, Rollup, Views, Written
from load.model.calls import Calls
from load.model.ingesting import Folded, Ingest, Slot, Taken
from load.model.outcome import FunctionRun, Outcome
from load.model.shards import on_demand_shards, slots_of
from load.model.sharing import Shared, Then
from load.model.sizes import Sizes
from load.model.span import Lead, Span
from load.model.spread import Spread
from load.model.surroundings import Surroundings
from load.model.traffic import Traffic
from load.model.using import used
from load.model.utilisation import Seen, utilisation
from load.workload.shapes import steady
from simulation.services.throughput import PARTITION_WRITES

LOG_SHARDS_LOOKED_AT: Final = 2
"""Of the log's stream, if it has more."""
DRAIN_SECONDS: Final = 900.0
"""After the end, before what is not visible yet is given up."""
PEAK_SECONDS: Final = 120.0
"""For which the peak of a profile that changes is simulated by itself."""
_INGEST: Final = FUNCTIONS["ingest"]
_ROLLUP: Final = FUNCTIONS["rollup"]
_VIEWS: Final = FUNCTIONS["views"]
_MOMENT: Final = 0.01
"""Seconds in which a single event stands for its rate."""


class _Invocation(NamedTuple):
    """One invocation.

    Attributes:
        due: when its batch was taken.
        begin: when its environment began with it.
        seconds: that it takes if nothing else uses the machine.
    """

    due: float
    begin: float
    seconds: float


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
        self._new_share = traffic.new_share
        self._asked_for = configuration
        if configuration.stream_mode is CapacityMode.ON_DEMAND:
            configuration = replace(configuration, shards=on_demand_shards(traffic, configuration))
        self._configuration = configuration
        self._surroundings = surroundings
        self._calibration = calibration
        self._sizes = Sizes(calibration, configuration, traffic)
        self._calls = Calls(surroundings, self._random)
        self._ingest = Ingest(configuration, calibration, surroundings, self._sizes, self._calls)
        self._slots = slots_of(
            traffic,
            configuration,
            surroundings,
            random=self._random,
            seed=seed,
            end=self._span.profile.seconds + DRAIN_SECONDS,
        )
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
        """Whose environments have started, or are starting."""
        self._starts = Shared(surroundings.starts_at_once)
        self._invocations = Shared(surroundings.invocations_at_once)
        self._views_due = False
        self._applied: list[tuple[float, Folded]] = []
        """What is in the trends and perhaps noted, and when its note is in the stream."""
        self._followed: list[Folded] = []
        """What views have read and no list has yet."""
        self._seen = Seen()
        self._freshness, self._probed, self._lists = Spread(), Spread(), Spread()
        self._log, self._put = Spread(), Spread()
        self._functions = {name: FunctionRun() for name in FUNCTIONS.values()}

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
        self._in_environment(now, _INGEST, slot, partial(self._fold, slot, slot.take(now), now))

    def _fold(self, slot: Slot, taken: Taken, now: float, begin: float) -> None:
        """Have ingest handle at `begin` what was taken for it at `now`."""
        records, events, first, last, _ = taken
        seconds, folded = self._ingest.run(
            begin, records=records, events=events, first=first, last=last, random=self._random
        )
        invocation = _Invocation(now, begin, seconds)
        self._invoke(invocation, partial(self._end_ingest, slot, taken, folded))

    def _end_ingest(self, slot: Slot, taken: Taken, folded: Folded, invocation: _Invocation, stretch: float) -> None:
        """Go on after an invocation that took so many times as long as by itself."""
        records, events, first, last, arrived = taken
        now, begin, seconds = invocation.due, invocation.begin, invocation.seconds * stretch
        folded = folded._replace(done=begin + (folded.done - begin) * stretch)
        done = begin + seconds
        slot.done(done, seconds if self._span.holds(now) else 0.0)
        if self._span.holds(now):
            weight = slot.weight
            run = self._functions[_INGEST]
            run.invocations += weight
            run.busy += weight * seconds
            run.duration.add(weight, seconds, seconds)
            run.age.add(weight * events, done - slot.stream.time_of(slot.taken), done - arrived)
            self._seen.records += weight * records
            self._seen.log_writes += weight * folded.write_units
            self._seen.log_reads += weight * folded.read_units
            self._seen.log_bytes += (
                weight * folded.segments * self._sizes.segment_bytes(folded.events / folded.segments)
            )
            self._seen.longest = max(self._seen.longest, seconds)
        stands_for = folded._replace(events=folded.events * slot.weight, segments=folded.segments * slot.weight)
        self._measure(self._log, stands_for, 1.0, folded.done)
        part, *_ = self._span.part(first, last)
        if part:
            delay = slot.stream.time_of(slot.taken) - last
            self._put.add(part * events * slot.weight, max(delay - slot.stream.wait, 0.0), delay + slot.stream.wait)
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
        self._in_environment(now, _ROLLUP, shard, partial(self._apply, shard, taken, now))

    def _apply(self, shard: LogShard, taken: list[Folded], now: float, begin: float) -> None:
        """Have rollup handle at `begin` what was taken for it at `now`."""
        written = self._rollup.run(taken, 1 / self._log_shards, self._random)
        self._invoke(_Invocation(now, begin, written.seconds), partial(self._end_rollup, shard, taken, written))

    def _end_rollup(
        self, shard: LogShard, taken: list[Folded], written: Written, invocation: _Invocation, stretch: float
    ) -> None:
        """Go on after an invocation that took so many times as long as by itself."""
        now, begin, written = invocation.due, invocation.begin, written.stretched(stretch)
        done = begin + written.seconds
        shard.done(done, written.seconds if self._span.holds(now) else 0.0)
        if self._span.holds(now):
            weight = self._log_shards / len(self._shards)
            run = self._functions[_ROLLUP]
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
        self._in_environment(now, _VIEWS, self._views, self._refresh)

    def _refresh(self, now: float) -> None:
        """Have views follow at `now` what is noted by then."""
        self._followed += [folded for noted, folded in self._applied if noted <= now]
        self._applied = [each for each in self._applied if each[0] > now]
        due = self._traffic.profile.due
        minute, new = now - now % 60.0, self._new_share
        in_minute, in_window = (new * (due(now) - due(start)) for start in (minute, minute - 240.0))
        written, listed = self._views.run(now, in_minute, in_window, self._random)
        followed, self._followed = (self._followed, []) if listed else ([], self._followed)
        self._invoke(_Invocation(now, now, written.seconds), partial(self._end_views, followed, written))

    def _end_views(self, followed: list[Folded], written: Written, invocation: _Invocation, stretch: float) -> None:
        """Go on after an invocation that took so many times as long as by itself, and listed what it had followed."""
        now, written = invocation.begin, written.stretched(stretch)
        done = now + written.seconds
        self._views.done(done, written.seconds if self._span.holds(now) else 0.0)
        if self._span.holds(now):
            run = self._functions[_VIEWS]
            run.invocations += 1
            run.busy += written.seconds
            run.duration.add(1, written.seconds, written.seconds)
            self._seen.trends_writes += written.write_units
            self._seen.trends_reads += written.read_units
        for folded in followed:
            self._measure(self._lists, folded, 1 / len(self._shards), now + written.visible)
        self._views_due = bool(self._applied)
        if self._applied:
            self._at(max(self._views.due(min(noted for noted, _ in self._applied)), done), self._begin_views, None)

    def _in_environment(self, now: float, function: str, what: object, then: Then) -> None:
        """Go on at once, or when the environment has started: each slot, each shard of the log, and views have one."""
        starts = self._surroundings.starts
        if starts is None or what in self._warm:
            then(now)
            return
        self._warm.add(what)
        seconds = starts[function].longest(self._random, 1) + self._surroundings.first_batch_seconds
        self._share(self._starts, now, seconds, then)

    def _invoke(self, invocation: _Invocation, then: Callable[[_Invocation, float], None]) -> None:
        """Run an invocation; go on with it and with how many times as long as by itself it took."""
        if self._surroundings.invocations_at_once == float("inf"):
            then(invocation, 1.0)
            return
        begin, seconds = invocation.begin, invocation.seconds
        self._share(self._invocations, begin, seconds, lambda done: then(invocation, (done - begin) / seconds))

    def _share(self, shared: Shared, now: float, seconds: float, then: Then) -> None:
        """Begin something that takes so many seconds by itself; go on when it has ended."""
        shared.begin(now, seconds, then)
        self._at(shared.due(), self._go_on, shared)

    def _go_on(self, now: float, shared: Shared) -> None:
        """Go on with what has ended; look again when something else does."""
        for then in shared.ended(now):
            then(now)
        due = shared.due()
        if due < float("inf"):
            self._at(due, self._go_on, shared)

    def _measure(self, spread: Spread, folded: Folded, share: float, visible: float) -> None:
        part, first, last = self._span.part(folded.first, folded.last)
        if part:
            spread.add(part * folded.events * share, visible - last, visible - first)

    def _in_probes(self, folded: Folded) -> Folded:
        """Return what was folded as so many probes, one a second of all shards together."""
        due, last = self._span.profile.due, max(folded.last, folded.first + _MOMENT)
        events = (due(last) - due(folded.first)) * self._new_share
        return folded._replace(events=folded.events * (last - folded.first) / events if events else 0.0)

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
        self._seen.slots = [slot.busy / seconds for slot in self._slots]
        self._seen.busy = sum(run.busy for run in self._functions.values())
        self._seen.log_shard = max((shard.busy / seconds for shard in self._shards), default=0.0)
        self._seen.views = self._views.busy / seconds
        self._seen.streams = [slot.stream for slot in streams.values()]
        return Outcome(
            configuration=self._asked_for,
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
    """Return what is to be expected of a configuration under some traffic; `lead` is of surroundings that are fresh.

    Limits are used as at the peak of the profile, as if it lasted, and tables provisioned for it: a mean tells nothing
    of it, since most of an invocation does not grow with the rate.
    """
    outcome = Run(traffic, configuration, calibration, surroundings, seed, lead=lead).outcome()
    profile = traffic.profile
    if all(piece.start == piece.end == profile.peak for piece in profile.pieces):
        return outcome
    peak = replace(traffic, profile=steady(profile.peak, PEAK_SECONDS))
    at_peak = Run(peak, configuration, calibration, surroundings, seed, lead=lead).outcome()
    writes, reads = at_peak.usage.write_units, at_peak.usage.read_units
    usage = replace(outcome.usage, peak_write_units=writes, peak_read_units=reads)
    return replace(outcome, utilisation=at_peak.utilisation, usage=usage)
