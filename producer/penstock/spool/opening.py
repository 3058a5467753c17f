"""From the options to a core with a spool, or without."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock

from penstock.config import ProducerConfig
from penstock.delivery.core import Delivery
from penstock.errors import SpoolError
from penstock.spool.home_stream import claim
from penstock.spool.spool import Spool
from penstock.spool.spooled_delivery import SpooledDelivery


def open_delivery(stream: str, config: ProducerConfig, *, random: Callable[[], float], epoch: float) -> Delivery:
    """Return a core for a stream, which has opened its spool if the options name one.

    Raises:
        SpoolError: if the spool cannot be used, or holds events for another stream.
    """
    if config.spool is None:
        return Delivery(config, random=random, epoch=epoch)
    spool = Spool(
        Path(config.spool), limit=config.spool_bytes, fsync=config.spool_fsync, fsync_seconds=config.spool_fsync_seconds
    )
    try:
        claim(spool.directory, stream, holds_events=spool.has_recovered)
    except SpoolError:
        spool.close()
        raise
    return SpooledDelivery(config, spool=spool, random=random, epoch=epoch)


class _Committing:
    """A lock under which events are added: having let go of it, its holder waits until they are on the disk."""

    def __init__(self, lock: Lock, delivery: SpooledDelivery) -> None:
        self._lock = lock
        self._delivery = delivery

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        commit = self._delivery.last_commit
        self._lock.release()
        # After an error too: events before the one that it concerns can have been added.
        self._delivery.commit(commit)


def adding(lock: Lock, delivery: Delivery) -> AbstractContextManager[bool | None]:
    """Return what to hold while events are added, in the place of a lock: the lock itself but for ``always``."""
    return _Committing(lock, delivery) if isinstance(delivery, SpooledDelivery) and delivery.durable else lock
