"""A producer in the simulated world: the real core and spool, in processes that are killed and started again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from penstock.config import ProducerConfig
from penstock.delivery.calls import Call
from penstock.delivery.core import Receipt
from penstock.delivery.outcomes import Failure
from penstock.spool.spool import Spool
from penstock.spool.spooled_delivery import SpooledDelivery
from penstock.stream_client import StreamClient
from simulation.scheduler import Scheduler, Signal
from simulation.world.process import Process
from simulation.world.spool_disk import SpoolDisk

ROOM_SECONDS: Final = 1.0
"""How long a put waits for room at a time."""
LOOKED_AT_EVERY: Final = 32
"""Puts after which a look is taken at how much is held in memory: one costs as much as some puts."""


class ProducerProcess(Process):
    """One process: a client's program with a producer in it.

    Attributes:
        disk: Where its spool is.
        most_spooled: Most bytes that the spool took.
        most_held: Most bytes that the producer held in memory.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        name: str,
        config: ProducerConfig,
        *,
        directory: Path,
        client: Callable[[Process], Any],
        stream: str,
    ) -> None:
        """Start, with the spool in `directory`, which another process may have left."""
        super().__init__(scheduler, name)
        self.disk = SpoolDisk(scheduler.chance)
        self.most_spooled = 0
        self.most_held = 0
        self._config = config
        self._spool = Spool(directory, limit=config.spool_bytes, fsync=config.spool_fsync, disk=self.disk)
        self._core = SpooledDelivery(config, spool=self._spool, random=scheduler.chance.random, epoch=0.0)
        self._stream_client = StreamClient(client(self), stream)
        self._work = Signal(scheduler)
        self._progress = Signal(scheduler)
        self._receipts: list[Receipt] = []
        self.adopt(scheduler.spawn(self._send, owner=self))

    def put(self, partition_key: str, data: bytes) -> Receipt:
        """Take an event; when this returns it is accepted. It waits for room."""
        core, roused = self._core, False
        while (receipt := core.add(partition_key, None, data)) is None:
            self._look()
            if not roused:  # each answer rouses too; to do so for ever would let no time pass
                self._rouse()
                roused = True
            self._progress.wait(ROOM_SECONDS)
            self.check()
        if core.durable:
            core.commit(core.last_commit)
        if core.urgent:
            self._rouse()
        self._receipts.append(receipt)
        self.most_spooled = max(self.most_spooled, self._spool.size)
        if len(self._receipts) % LOOKED_AT_EVERY == 0:
            self._look()
        return receipt

    def flush(self) -> None:
        """Return when all events have an outcome, those that an earlier process left too."""
        mark = self._core.flush()
        self._rouse()
        while not self._core.flushed(mark):
            self._progress.wait()
            self.check()

    def failures(self) -> list[str]:
        """Return why events were given back that had been taken."""
        outcomes = [completion.outcome(index) for completion, index in self._receipts]
        return [f"{each.kind.__name__}: {each.message}" for each in outcomes if isinstance(each, Failure)]

    def end(self, *, machine_fails: bool) -> None:
        """End as a process does that is killed, or whose machine fails: at once, with what is on the disk left there.

        Where that happens from within, the program that runs must raise `Killed` then.
        """
        self.disk.crash(synced=machine_fails)
        self.kill()
        self._progress.fire()

    def close(self) -> None:
        """End as a process does that closes its producer."""
        self._core.abandon()
        self.kill()

    def _look(self) -> None:
        """Look at how much is held in memory."""
        self.most_held = max(self.most_held, self._core.statistics().buffered_bytes)

    def _rouse(self) -> None:
        self._core.urgent = False
        self._work.fire()

    def _send(self) -> None:
        scheduler, core = self.scheduler, self._core
        while True:
            for call in core.poll(scheduler.now):
                self.adopt(scheduler.spawn(lambda call=call: self._make(call)))  # type: ignore[misc] # a default argument binds it
            self._notify()
            wake_at = core.wake_at()
            self._work.wait(None if wake_at is None else max(wake_at - scheduler.now, 0.0))

    def _make(self, call: Call) -> None:
        answer = self._stream_client.make(call)
        self._core.answer(call, answer, self.scheduler.now)
        self._notify()
        self._rouse()

    def _notify(self) -> None:
        for observer in self._core.take_observers():
            observer.call()
        self.most_spooled = max(self.most_spooled, self._spool.size)
        self._progress.fire()
