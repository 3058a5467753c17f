"""The delivery core with a spool, driven by hand."""

from pathlib import Path
from typing import Any

from penstock.config import MIB, ProducerConfig
from penstock.spool.spool import Spool
from penstock.spool.spooled_delivery import SpooledDelivery
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell
from tests.unit.penstock.spool.faulty_disk import FaultyDisk


class SpoolingShell(HandShell):
    """A hand shell whose core has a spool."""

    def __init__(
        self,
        directory: Path,
        stream: FakeStream | None = None,
        *,
        disk: FaultyDisk | None = None,
        **options: Any,  # noqa: ANN401 - ProducerConfig's, each of its own type
    ) -> None:
        options = {"rate_limit_percent": None, **options}
        super().__init__(stream, listed=False, **options)
        config = ProducerConfig(**{"spool_bytes": 4 * MIB, "spool_fsync": "never", **options})
        self.spool = Spool(directory, limit=config.spool_bytes, fsync=config.spool_fsync, disk=disk)
        self.core = SpooledDelivery(config, spool=self.spool, random=lambda: self.random, epoch=1000.0)

    def answer_all(self) -> None:
        """Answer calls until there are none, and do what a shell does then."""
        super().answer_all()
        observers = self.core.take_observers()
        assert all(observer.foreign for observer in observers)
        for observer in observers:
            observer.call()

    def deliver(self) -> None:
        """Let pass what it takes for all events to be sent."""
        for _ in range(1000):
            self.wait(1)
            self.answer_all()
            if self.core.flushed(self.flush()):
                return
        raise AssertionError("something is stuck")

    def end(self) -> None:
        """End as a producer does that is closed."""
        self.core.abandon()
        for observer in self.core.take_observers():
            observer.call()


def data_of(stream: FakeStream) -> list[bytes]:
    return [event.data for event in stream.events]
