"""The live feed of Bluesky: everything that happens in its network, as Jetstream sends it over a websocket."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from random import random
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from penstock.backoff import Backoff
from penstock.sources.jetstream import COLLECTIONS, read_frame
from penstock.sources.source import SourceError, SourceItem

PUBLIC_INSTANCES: Final = tuple(
    f"wss://{host}.bsky.network/subscribe"
    for host in (
        "jetstream.us-east",
        "jetstream.us-west",
        "jetstream1.us-east",
        "jetstream1.us-west",
        "jetstream2.us-east",
        "jetstream2.us-west",
    )
)
"""Bluesky's public instances, those of Jetstream's second version first. All speak the first version's JSON at
this path, with cursors that are times, so each can take over from any other
(https://github.com/bluesky-social/jetstream)."""

REWIND_US: Final = 5_000_000
"""How far a resumed feed goes back, in microseconds: instances are not quite in step, and duplicates are harmless."""

SILENCE_SECONDS: Final = 15.0
"""A feed silent for so long is lost: the network is never silent, but instances have been seen that accept
connections and send nothing."""

_OPEN_SECONDS: Final = 5.0
_FIRST_SECONDS: Final = 15.0
_CLOSE_SECONDS: Final = 1.0
_MAX_FRAME_BYTES: Final = 32 * 1024 * 1024  # far above any record, which holds 1 MiB at most

_log = logging.getLogger(__name__)


class Connection(Protocol):
    """An open websocket, as ``websockets.sync.client`` has it."""

    def recv(self, timeout: float | None = None, *, decode: bool | None = None) -> str | bytes:
        """Wait for a message."""
        ...

    def close(self) -> None:
        """End the connection; a waiting ``recv`` raises."""
        ...


def dial(uri: str) -> Connection:
    """Open a websocket. Raises OSError or WebSocketException when there is none to be had."""
    # Frames are small and plenty, so compressing them would cost both sides more than it saves.
    options = connect(
        uri,
        compression=None,
        open_timeout=_OPEN_SECONDS,
        close_timeout=_CLOSE_SECONDS,
        max_size=_MAX_FRAME_BYTES,
    )
    # Entered and not left: the connection outlives this call, and closing it is all that leaving would do.
    return ExitStack().enter_context(options)


class LiveFeed:
    """Bluesky's live feed, from one of the public instances at a time.

    A feed that breaks off, or falls silent, is resumed at the next instance from a few seconds before the last
    frame, after a wait that grows with each failure in a row. It is tried for ever: only ``close`` ends it.

    Args:
        instances: URLs of the instances to take turns with.
        dial: opens a websocket.
        backoff: how long to wait after a failure.
        wait: waits so many seconds, or until ``close`` if that is sooner; none for the real thing.
        monotonic: tells the time in seconds, from any beginning.

    Raises:
        SourceError: no instance can be reached.
    """

    finite = False

    def __init__(
        self,
        *,
        instances: Sequence[str] = PUBLIC_INSTANCES,
        dial: Callable[[str], Connection] = dial,
        backoff: Backoff | None = None,
        wait: Callable[[float], object] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._instances = instances
        self._dial = dial
        self._backoff = backoff or Backoff(base=1.0, cap=30.0, random=random)
        self._closed = threading.Event()
        self._wait = wait or self._closed.wait
        self._turn = 0
        self._newest_us: int | None = None
        self._lock = threading.Lock()
        self._connection: Connection | None = self._first_connection(monotonic)

    def __iter__(self) -> Iterator[SourceItem]:
        """Follow the feed; a second iteration goes on where the first ended."""
        failures = 0
        while not self._closed.is_set():
            try:
                connection = self._connected()
                while not self._closed.is_set():
                    message = connection.recv(timeout=SILENCE_SECONDS, decode=False)
                    failures = 0
                    item = self._read(message)
                    if item is not None:
                        yield item
            except (OSError, WebSocketException) as error:
                if self._closed.is_set():
                    return
                self._disconnect()
                failures += 1
                seconds = self._backoff.seconds(failures)
                _log.warning("lost %s: %s; trying %s in %.1f s", self._host, _reason(error), self._next(), seconds)
                self._wait(seconds)

    def close(self) -> None:
        """End the connection, and with it the iteration: at once, or within seconds while it is being opened."""
        self._closed.set()
        self._disconnect()

    def _first_connection(self, monotonic: Callable[[], float]) -> Connection:
        deadline = monotonic() + _FIRST_SECONDS
        tried: dict[str, str] = {}
        for _ in self._instances:
            try:
                return self._dial(self._uri())
            except (OSError, WebSocketException) as error:
                tried[self._host] = _reason(error)
            if monotonic() >= deadline:
                break
            self._next()
        raise SourceError(
            f"cannot reach Bluesky's live feed: {tried[self._host]} ({', '.join(tried)}); "
            "check the network, or play a recorded file"
        )

    def _connected(self) -> Connection:
        """Return the open connection, or a new one."""
        with self._lock:
            if self._connection is not None:
                return self._connection
        connection = self._dial(self._uri())
        with self._lock:
            self._connection = connection
        if self._closed.is_set():  # meanwhile, and nobody else knew of the connection
            self._disconnect()
        else:
            _log.info("following %s", self._host)
        return connection

    def _disconnect(self) -> None:
        with self._lock:
            connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _read(self, message: str | bytes) -> SourceItem | None:
        frame = read_frame(message if isinstance(message, bytes) else message.encode())
        if frame.time_us is not None and (self._newest_us is None or frame.time_us > self._newest_us):
            self._newest_us = frame.time_us
        return frame.item

    def _uri(self) -> str:
        query = [("wantedCollections", collection) for collection in COLLECTIONS]
        if self._newest_us is not None:
            query.append(("cursor", str(self._newest_us - REWIND_US)))
        return f"{self._instances[self._turn]}?{urlencode(query)}"

    @property
    def _host(self) -> str:
        return urlsplit(self._instances[self._turn]).netloc

    def _next(self) -> str:
        """Turn to the next instance and name it."""
        self._turn = (self._turn + 1) % len(self._instances)
        return self._host


def _reason(error: Exception) -> str:
    """Say in one line what went wrong."""
    return " ".join(str(error).split()) or type(error).__name__
