"""Rollup's and views' side of the model."""

from collections import deque
from collections.abc import Callable
from math import ceil, floor
from random import Random
from typing import Final, NamedTuple

from consumers.rollup.environment import CALLS_AT_ONCE
from load.calibration.calibration import Calibration
from load.configuration import Configuration
from load.model.calls import Calls
from load.model.ingesting import BASE64, Folded
from load.model.sizes import Sizes
from load.model.surroundings import Surroundings
from simulation.event_source_mapping.limits import DYNAMODB_LIMITS
from simulation.event_source_mapping.records import PAYLOAD_LIMIT

STREAM_RECORD_BYTES: Final = 700
"""Of a segment in Lambda's event besides its bytes."""
STATE_CALLS: Final = 3
"""Of rollup one after another besides those of the minutes: the change note, the freshness, the levels' state."""
VIEWS_CALLS: Final = 5
"""Of views one after another: state, notes, minutes, list, search or strips."""


class LogShard:
    """One shard of the log's stream: rollup handles one batch of it at a time."""

    def __init__(self, configuration: Configuration, surroundings: Surroundings, random: Random) -> None:
        self._configuration = configuration
        self._poll = surroundings.table_poll_seconds
        self._phase = 0.0 if surroundings.fresh else random.random() * self._poll
        longest = max(configuration.rollup_window_seconds, self._poll)
        self._window_start = 0.0 if surroundings.fresh else random.random() * longest
        self.waiting: deque[tuple[float, Folded]] = deque()
        self.scheduled = False
        self.busy = 0.0

    def due(self) -> float:
        """Return when the next batch is invoked; infinity if nothing waits."""
        if not self.waiting:
            return float("inf")
        window = self._configuration.rollup_window_seconds
        first = self._poll_after(self.waiting[0][0])
        if not window:
            return max(first, self._window_start)
        elapsed = max(0.0, first - self._window_start)
        return self._window_start + (floor(elapsed / window) + 1) * window

    def take(self, now: float, most: float, share: float) -> list[Folded]:
        """Take what a batch at `now` holds, at most so many segments; of each batch of ingest it has a share."""
        read = now - (now - self._phase) % self._poll
        taken: list[Folded] = []
        segments = 0.0
        for there, folded in self.waiting:
            if there > read or (taken and segments + folded.segments * share > most):
                break
            segments += folded.segments * share
            taken.append(folded)
        if taken:
            # A read that finds something is followed by another one soon: no answer tells whether there is more.
            self._phase = self._poll_after(self.waiting[len(taken) - 1][0]) + DYNAMODB_LIMITS.least_interval
        for _ in taken:
            self.waiting.popleft()
        return taken

    def done(self, now: float, seconds: float) -> None:
        """Begin the next window, after an invocation of so many seconds."""
        self._window_start = now
        self.busy += seconds

    def _poll_after(self, time: float) -> float:
        return self._phase + ceil((time - self._phase) / self._poll) * self._poll


class Written(NamedTuple):
    """What one invocation cost."""

    seconds: float
    visible: float
    """After how many of them what it writes can be read."""
    write_units: float
    read_units: float

    def stretched(self, times: float) -> "Written":
        """Return it of an invocation that took so many times as long."""
        return self._replace(seconds=self.seconds * times, visible=self.visible * times)


class Rollup:
    """What an invocation of rollup costs."""

    def __init__(
        self,
        configuration: Configuration,
        calibration: Calibration,
        surroundings: Surroundings,
        sizes: Sizes,
        calls: Calls,
        *,
        shards: int,
    ) -> None:
        """Reckon with so many shards of the log's stream, each a writer of the same minutes."""
        self._calls = calls
        self._configuration = configuration
        self._calibration = calibration
        self._surroundings = surroundings
        self._sizes = sizes
        self._shards = shards
        self._new_share = sizes.traffic.new_share
        self._due: Callable[[float], float] = sizes.traffic.profile.due
        self._processor = surroundings.processor(configuration.rollup_memory_megabytes, calibration.processor_megabytes)

    def most_segments(self, events_a_segment: float) -> float:
        """Return how many segments a batch has at most."""
        size = STREAM_RECORD_BYTES + BASE64 * self._sizes.segment_bytes(events_a_segment)
        return min(self._configuration.rollup_batch_size, PAYLOAD_LIMIT / size)

    def run(self, folded: list[Folded], share: float, random: Random) -> Written:
        """Return what it costs to apply this shard's share of some batches of ingest."""
        first, last = min(each.first for each in folded), max(each.last for each in folded)
        segments = sum(each.segments for each in folded) * share
        written = read = 0.0
        items = 0
        minute = floor(first / 60) * 60.0
        while minute <= last:
            counted = self._counted(minute, last)
            written += self._sizes.minute_units(counted)
            read += self._sizes.minute_reads(counted) if self._shards > 1 else 0.0
            items += 1 + self._configuration.buckets
            minute += 60.0
        way = self._surroundings.invoke.longest(random, 1)
        worked = way / 2 + self._calibration.rollup.of(segment=segments, unit=written + STATE_CALLS) / self._processor
        call = self._surroundings.trends
        in_turn = 2 if self._shards > 1 else 1
        writing = self._calls.seconds(call, in_turn=in_turn, beside=items, at_once=CALLS_AT_ONCE)
        noting = self._calls.seconds(call, in_turn=STATE_CALLS)
        # Whoever writes while another reads and writes the same items is refused: billed, and tried again.
        interval = worked + writing + noting + way / 2 + self._configuration.rollup_window_seconds
        refused = min((self._shards - 1) * (writing + noting) / interval, 2.0)
        visible = worked + writing + refused * (writing + noting) / 2
        seconds = visible + noting + way / 2
        return Written(seconds, visible, written * (1 + refused) + STATE_CALLS - 1, read + 1)

    def _counted(self, minute: float, last: float) -> float:
        """Return how many events a minute counts when all that were due until `last` are in it."""
        return (self._due(min(last, minute + 60.0)) - self._due(minute)) * self._new_share


class Views:
    """What an invocation of views costs, and when its lists are put. There is one at a time."""

    def __init__(
        self,
        configuration: Configuration,
        calibration: Calibration,
        surroundings: Surroundings,
        sizes: Sizes,
        calls: Calls,
    ) -> None:
        self._calls = calls
        self._calibration = calibration
        self._surroundings = surroundings
        self._sizes = sizes
        self._window = configuration.views_window_seconds
        self._poll = surroundings.table_poll_seconds
        self._processor = surroundings.processor(configuration.views_memory_megabytes, calibration.processor_megabytes)
        self._window_start = 0.0
        self._listed = float("-inf")
        self.busy = 0.0

    def due(self, first: float) -> float:
        """Return when it runs if the first note that waits was in the stream at `first`."""
        polled = ceil(first / self._poll) * self._poll
        elapsed = max(0.0, polled - self._window_start)
        return self._window_start + (floor(elapsed / self._window) + 1) * self._window

    def run(self, now: float, in_minute: float, in_window: float, random: Random) -> tuple[Written, bool]:
        """Return what a run costs, and whether it puts the list of five minutes.

        `in_minute` and `in_window` are the events that the newest minute and the last five count.
        """
        listed = now - self._listed >= self._sizes.list_seconds(in_window)
        read = 2 + self._sizes.minute_reads(in_minute)
        # Of three lists the shorter ones come as often as their budgets allow; strips and the index are as dear again.
        units = 2 * self._sizes.list_units(in_window) if listed else 1.0
        way = self._surroundings.invoke.longest(random, 1)
        worked = way / 2 + self._calibration.views.of(read=read, unit=units) / self._processor
        visible = worked + self._calls.seconds(self._surroundings.trends, in_turn=VIEWS_CALLS)
        if listed:
            self._listed = now
        return Written(visible + way / 2, visible, units, read), listed

    def done(self, now: float, seconds: float) -> None:
        """Begin the next window."""
        self._window_start = now
        self.busy += seconds
