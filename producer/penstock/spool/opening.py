"""From the options to a core with a spool, or without."""

from collections.abc import Callable
from pathlib import Path

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


def durable(delivery: Delivery) -> SpooledDelivery | None:
    """Return a core whose events must be committed when they have been added, none if that is not the case."""
    return delivery if isinstance(delivery, SpooledDelivery) and delivery.durable else None
