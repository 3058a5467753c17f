"""The course of a run: clients send and faults strike, then all drains, hours and days close, and the log expires."""

from functools import partial
from typing import TYPE_CHECKING, Final

from consumers.rollup.levels import CLOSE_AFTER_SECONDS
from consumers.schedule import DAY, HOUR, MINUTE
from consumers.sweep.plan import RUNS_A_ROUND
from consumers.tables import CHANGED, Level
from consumers.views.search.view import EVERY_SECONDS
from simulation.event_source_mapping.actions import SHARD_END
from simulation.invariants import summed
from simulation.services.dynamodb_streams.stream import sequence_number
from simulation.world.handlers import FunctionName
from simulation.world.names import LOG_TABLE

if TYPE_CHECKING:
    from simulation.world.world import World

SENDING_SECONDS: Final = float(DAY)
"""After the last phase has begun everything is sent, and every fault over, within this time."""
DRAIN_SECONDS: Final = 900.0
"""After the last fault everything is acknowledged within this time."""
LATE_SECONDS: Final = 19 * HOUR
"""After which all that came late is due."""
VIEWS_SETTLE_SECONDS: Final = EVERY_SECONDS + MINUTE
"""After which a search index is due."""
EXPIRIES: Final = ("expired_early", "expired_late", "expired_never")


class Course:
    """What happens in a world, one thing after the other."""

    def __init__(self, world: "World") -> None:
        """Be ready to begin."""
        self._world = world
        self._scheduler = world.scheduler
        self._expiries = {name for name in EXPIRIES if world.faults.looms(name)}

    def send(self) -> bool:
        """Let clients send and faults strike, until all is sent and the last fault is over; return whether it is."""
        is_sent = self._scheduler.run(
            self._world.phases[-1][0] + SENDING_SECONDS,
            done=lambda: self._world.operations.done and all(client.done for client in self._world.clients),
        )
        self._world.faults.end()
        self._world.wire.down.clear()
        self._world.wire.refusing.clear()
        return is_sent

    def drain(self) -> bool:
        """Let everything be acknowledged; return whether it was, in time."""
        calm = self._scheduler.now
        while not self.is_drained and self._scheduler.now < calm + DRAIN_SECONDS:
            self._scheduler.run(self._scheduler.now + 5)
        return self.is_drained

    @property
    def is_drained(self) -> bool:
        """Whether all that is in the streams is acknowledged."""
        self._world.log_stream.settle(self._scheduler.now)
        log = {
            shard.shard_id: int(sequence_number(shard.changes[-1].sequence_number))
            for shard in self._world.log_stream.shards.values()
            if shard.changes
        }
        events = {
            shard.shard_id: int(shard.records[-1].sequence_number)
            for shard in self._world.stream.shards.values()
            if shard.records
        }
        return (
            not self._world.wire.astray
            and _is_done(events, self._world.ingest_mapping.checkpoints)
            and _is_done(log, self._world.rollup_mapping.checkpoints)
            and (not self._world.kind.has_views or _is_done(self._last_notes(), self._world.views_mapping.checkpoints))
        )

    def _last_notes(self) -> dict[str, int]:
        """Return the newest change note in each shard of the trends table's stream."""
        self._world.trends_stream.settle(self._scheduler.now)
        return {
            shard.shard_id: int(sequence_number(change.sequence_number))
            for shard in self._world.trends_stream.shards.values()
            for change in shard.changes
            if change.key[0] == CHANGED
        }

    def waiting(self) -> str:
        """Say what is not acknowledged."""
        return " ".join(str(mapping.checkpoints) for mapping in self._world.mappings)

    def idle(self) -> None:
        """Invoke what closes hours and days, with nothing: the sweep, or rollup where there is none."""
        closer = FunctionName.SWEEP if self._world.sweeps else FunctionName.ROLLUP
        self._world.within(lambda: self._world.functions.invoke(closer, b'{"Records": []}'))

    def refresh_views(self, seconds: float) -> None:
        """Let nothing happen for so long and until a minute begins, and bring views up to date; it is that minute then.

        Lists are due then, and after `VIEWS_SETTLE_SECONDS` the search index too.
        """
        self._world.operations.sweeping = False
        settled = self._scheduler.now + seconds
        self._scheduler.run(settled // MINUTE * MINUTE + MINUTE + 10)
        self._world.within(lambda: self._world.functions.invoke(FunctionName.VIEWS, b"{}"))

    def close_all(self) -> bool:
        """Let time pass until all hours and days that hold something are over, and be closed; return whether they are.

        Where the log's stream lost something, the sweep makes a round first, as it does within a day.
        """
        self._world.operations.sweeping = False
        if self._world.stream_is_lost:
            for _ in range(RUNS_A_ROUND):
                self.idle()
        newest = max([self._scheduler.now, *(event.created for event in self._world.truth.events)])
        over = Level.DAY.floor(newest) + DAY + HOUR + CLOSE_AFTER_SECONDS
        self._scheduler.run(max(over, self._scheduler.now + LATE_SECONDS) if self._world.sweeps else over)
        for _ in range(100):
            if self.is_closed:
                return True
            self.idle()
            self._scheduler.run(self._scheduler.now + MINUTE)
        return self.is_closed

    @property
    def is_closed(self) -> bool:
        """Whether all hours and days that are over are closed, and what came late is applied."""
        state = self._world.table.state()
        over = self._scheduler.now - CLOSE_AFTER_SECONDS
        if state is None:
            return not self._world.truth.events
        late_done = state.late_done or 0
        closed = (state.closed, state.day_closed) == (Level.HOUR.floor(over), Level.DAY.floor(over))
        return closed and (not self._world.sweeps or late_done > self._scheduler.now - 2 * MINUTE)

    def expire(self) -> list[str]:
        """Let the log expire, early, late or never; return where a trend is changed by that."""
        if not self._expiries:
            return []
        last = max((int(item["x"]["N"]) for item in self._world.log.values()), default=0)
        self._scheduler.run(last - DAY + 1 if "expired_early" in self._expiries else last + DAY)
        found: list[str] = []
        for share in (0.5, 0.0) if "expired_never" in self._expiries else (0.5, 1.0):
            due = len(self._world.log.expired(self._scheduler.now))
            until = self._scheduler.now + (DAY if "expired_early" in self._expiries else 0)
            deleted = self._world.dynamodb.expire(LOG_TABLE, until, partial(self._dies, share))
            overdue = len(self._world.log.expired(self._scheduler.now))
            self._count_expiry(deleted - (due - overdue), overdue, share)
            self._world.log_news.fire()
            self._scheduler.run(self._scheduler.now + HOUR)
            for _ in range(2):
                self.idle()
            self._world.within(lambda: found.extend(summed(self._world)))
        return found

    def _count_expiry(self, early: int, overdue: int, share: float) -> None:
        """Count what has struck by now: items that were deleted early or late, or that stay for good."""
        faults, expiries = self._world.faults, self._expiries
        if early and not faults.counts["expired_early"]:
            faults.struck("expired_early")
        if "expired_late" in expiries and share < 1.0 and overdue and not faults.counts["expired_late"]:
            faults.struck("expired_late")
        if "expired_never" in expiries and share == 0.0 and overdue:
            faults.struck("expired_never")

    def _dies(self, share: float) -> bool:
        return self._scheduler.chance.random() < share


def _is_done(last: dict[str, int], checkpoints: dict[str, str]) -> bool:
    """Tell whether a mapping is done with all records up to the last of each shard."""
    return all(
        (checkpoint := checkpoints.get(shard)) is not None and (checkpoint == SHARD_END or int(checkpoint) >= number)
        for shard, number in last.items()
    )
