"""Ingest's side of the model: one concurrent batch of one shard, and what an invocation of it does."""

from math import ceil, floor
from random import Random
from typing import Final, NamedTuple

from consumers.ingest.clients import CALLS_AT_ONCE
from load.calibration.calibration import Calibration
from load.configuration import Configuration
from load.model.calls import Calls
from load.model.producing import ENVELOPE_BYTES, ShardStream
from load.model.sizes import Sizes
from load.model.surroundings import Surroundings
from simulation.event_source_mapping.records import PAYLOAD_LIMIT

RECORD_ENVELOPE_BYTES: Final = 450
"""Of a Kinesis record in Lambda's event besides its data."""
BASE64: Final = 4 / 3

_MANY: Final = 1e-6
"""Of an event: less than that is none."""


class Folded(NamedTuple):
    """What one invocation of ingest came to."""

    done: float
    """When the log had its segments."""
    events: float
    """That are counted: copies of earlier ones are not in its segments."""
    first: float
    """When its first event was due, and `last` its last."""
    last: float
    segments: float
    write_units: float
    read_units: float


class Ingest:
    """What an invocation costs, the same for all shards."""

    def __init__(
        self,
        configuration: Configuration,
        calibration: Calibration,
        surroundings: Surroundings,
        sizes: Sizes,
        calls: Calls,
    ) -> None:
        self._calls = calls
        self._configuration = configuration
        self._calibration = calibration
        self._surroundings = surroundings
        self._sizes = sizes
        self._traffic = sizes.traffic
        self._new_share = sizes.traffic.new_share
        self._processor = surroundings.processor(configuration.ingest_memory_megabytes, calibration.processor_megabytes)
        self._writers = writers(configuration)
        lane = configuration.shards * configuration.lanes_per_shard
        slots = min(configuration.ingest_parallelization_factor, configuration.lanes_per_shard)
        self.groups = max(1.0, configuration.key_groups / configuration.shards)
        """Key groups of one shard."""
        if slots > 1 and lane <= configuration.key_groups:
            self.groups = max(1.0, self.groups / slots)

    def run(
        self, now: float, *, records: float, events: float, first: float, last: float, random: Random
    ) -> tuple[float, Folded]:
        """Return how long an invocation at `now` takes, and what it came to."""
        configuration = self._configuration
        panes = 1 + (last - first) / configuration.pane_seconds
        new_events = events * self._new_share
        groups = self.groups * (1 - (1 - 1 / self.groups) ** new_events) if self.groups > 1 else 1.0
        segments = min(panes * groups, new_events) if new_events > 1 else 1.0
        # Between two of its puts each other writer of an address makes one: the first refusal brings a segment of
        # theirs along, the second is followed by a query (consumers.pane_log.writer).
        refusals = min(self._writers - 1, 2.0)
        asked = (last - first) / configuration.pane_seconds + (1.0 if refusals > 1 else 0.0)
        units = self._sizes.segment_units(new_events / segments) * segments
        work = self._calibration.ingest.of(
            record=records,
            event=events,
            kilobyte=events * self._traffic.event_bytes / 1024,
            hashtag=events * self._traffic.shape.hashtags,
            segment=segments * (1 + refusals),
        )
        way = self._surroundings.invoke.longest(random, 1)
        worked = way / 2 + work / self._processor
        in_turn = 1 + refusals + min(asked, 1.0)
        begin = now + worked
        call = self._surroundings.log
        done = begin + self._calls.seconds(call, in_turn=in_turn, beside=segments, at_once=CALLS_AT_ONCE)
        written = Folded(done, new_events, first, last, segments, units * (1 + refusals), asked * groups)
        return done - now + way / 2, written


def writers(configuration: Configuration) -> float:
    """Return how many concurrent batches write the same key group, on average: 1 if none shares its groups.

    A shard, and a lane of it, is a slice of the hash keys, as a key group is; so where there are at least as many
    groups as slices, each group has one writer.
    """
    lanes = configuration.shards * configuration.lanes_per_shard
    slots = min(configuration.ingest_parallelization_factor, configuration.lanes_per_shard)
    shards_a_group = max(1.0, configuration.shards / configuration.key_groups)
    lanes_a_group = max(1.0, lanes / configuration.key_groups) / shards_a_group
    slots_a_group = slots * (1 - (1 - 1 / slots) ** lanes_a_group) if slots > 1 else 1.0
    return shards_a_group * slots_a_group


class Taken(NamedTuple):
    """What a batch holds.

    Attributes:
        records: of the stream.
        events: in them.
        first: when the first event was due, and `last` the last.
        arrived: when the first was in the stream.
    """

    records: float
    events: float
    first: float
    last: float
    arrived: float


class Slot:
    """One concurrent batch of one shard."""

    def __init__(
        self,
        stream: ShardStream,
        part: float,
        weight: float,
        *,
        configuration: Configuration,
        surroundings: Surroundings,
        phase: float,
        window_start: float,
    ) -> None:
        """Take a part (0 to 1) of a shard's events; the shard stands for `weight` shards.

        It is polled at `phase` and every poll's time later; its first window begins at `window_start`.
        """
        self.stream = stream
        self.part = part
        self.weight = weight
        self._configuration = configuration
        self._poll = surroundings.event_poll_seconds
        self._read_seconds = surroundings.read_seconds
        self._phase = phase
        self.taken = 0.0
        """Events of the shard, all parts together, before those that are still to come."""
        self._window_start = window_start
        self.busy = 0.0

    def due(self) -> float:
        """Return when the next batch is invoked; infinity if nothing comes any more."""
        window = self._configuration.ingest_window_seconds
        first = self._poll_after(self.stream.time_of(self.taken + 1 / self.part))
        if not window:
            return max(first, self._window_start)
        elapsed = max(0.0, first - self._window_start)
        if elapsed == float("inf"):
            return elapsed
        ends = self._window_start + (floor(elapsed / window) + 1) * window
        full = self.stream.time_of(self.taken + self._most() / self.part)
        if full < ends:
            ends = min(ends, max(self._poll_after(full), self._window_start))
        return ends

    def take(self, now: float) -> Taken:
        """Take what a batch at `now` holds."""
        newest = now - self._read_seconds
        read = newest - (newest - self._phase) % self._poll
        there = (self.stream.taken(read) - self.taken) * self.part
        events = min(there, self._most())
        if events < 1:
            events = min(1.0, max(there, _MANY))
        start, self.taken = self.taken, self.taken + events / self.part
        stream = self.stream
        return Taken(
            max(events / self._events_a_record(), 1.0),
            events,
            stream.intended(start),
            stream.intended(self.taken),
            stream.time_of(start),
        )

    def done(self, now: float, seconds: float) -> None:
        """Begin the next window, after an invocation of so many seconds."""
        self._window_start = now
        self.busy += seconds

    def waiting(self, now: float) -> float:
        """Return how many of its events are in the stream and in no batch yet."""
        return max(0.0, (self.stream.taken(now) - self.taken) * self.part)

    def _events_a_record(self) -> float:
        return self.stream.aggregates(self.stream.peak).events

    def _most(self) -> float:
        """Return how many events a full batch has: by records, or by payload."""
        a_record = self._events_a_record()
        data = a_record * (self.stream.event_bytes + ENVELOPE_BYTES)
        by_payload = PAYLOAD_LIMIT / (RECORD_ENVELOPE_BYTES + BASE64 * data)
        return a_record * max(1.0, min(self._configuration.ingest_batch_size, floor(by_payload)))

    def _poll_after(self, time: float) -> float:
        """Return when the poller has what was in the shard at a time."""
        if time == float("inf"):
            return time
        return self._phase + ceil((time - self._phase) / self._poll) * self._poll + self._read_seconds
