"""What a producer of either kind says when it takes no event, gives up waiting, or gives up events."""

import logging

from penstock.config import ProducerConfig
from penstock.errors import BufferFullError, FlushTimeoutError, ForkedProducerError, ProducerClosedError
from penstock.shells.logging_safely import log_safely

_logger = logging.getLogger("penstock")


def closed_error(stream: str) -> ProducerClosedError:
    """Return what ``put`` raises once the producer has been closed."""
    return ProducerClosedError(f"the producer for {stream} is closed and takes no more events")


def forked_error(stream: str) -> ForkedProducerError:
    """Return what a producer raises in a process forked from its own."""
    return ForkedProducerError(
        f"the producer for {stream} was made before this process was forked and cannot send from here; make one "
        "after the fork"
    )


def buffer_full_error(stream: str, config: ProducerConfig, data: bytes, within: str = "") -> BufferFullError:
    """Return what ``put`` raises when there is no room for an event."""
    full, larger = f"{config.buffer_bytes:,} bytes", "buffer_bytes"
    if config.spool is not None:
        full, larger = f"{full}, or {config.spool_bytes:,} on disk,", f"{larger} or spool_bytes"
    return BufferFullError(
        f"no room for {len(data)} bytes{within}: {full} wait for {stream}; it needs more shards, or fewer events, or "
        f"a larger {larger}"
    )


def flush_timeout_error(stream: str, pending: int, timeout: float | None) -> FlushTimeoutError:
    """Return what ``flush`` raises when its time is over."""
    return FlushTimeoutError(f"{pending} events are still without an answer from {stream} after {timeout} s")


def warn_of_abandoned(stream: str, abandoned: int) -> None:
    """Log that events were given up, if any were."""
    if abandoned:
        log_safely(
            _logger.warning,
            "the producer for %s was closed with %d events unacknowledged: their futures hold UndeliveredError",
            stream,
            abandoned,
        )
