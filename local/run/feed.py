"""Feeds a source's events to the producer at a rate, and knows what became of each."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future

from penstock import Producer, PutResult
from penstock.errors import PenstockError
from penstock.sources import RawEvent, Source, SourceItem


class Feed:
    """One thread that puts a source's events on a stream.

    Open loop: the n-th event is due n / rate seconds after the start whatever became of those before it, so a
    slow stream shows as a feed that is late, not as a lower rate that looks like calm.
    """

    def __init__(
        self,
        source: Source,
        producer: Producer,
        *,
        rate: float | None,
        duration: float | None,
        accepted: Callable[[], None],
    ) -> None:
        """Prepare to feed.

        Args:
            source: Where the events come from; closed by `stop`.
            producer: Where they go; flushed at the end, and left open.
            rate: Events per second; ``None`` for as fast as source and producer allow.
            duration: Seconds after which to stop; ``None`` for the source's end.
            accepted: Called for each event that the stream acknowledged, from another thread.
        """
        self.sent = 0
        self.accepted = 0
        self.refused: Counter[str] = Counter()
        """What the producer told its caller of events it would not or could not deliver, by message."""
        self.error: Exception | None = None
        """What ended the source early."""
        self._source = source
        self._producer = producer
        self._rate = rate
        self._duration = duration
        self._on_accepted = accepted
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def start(self) -> None:
        """Begin to feed."""
        self._thread.start()

    def stop(self) -> None:
        """End soon, after the event under way; what was put is still delivered."""
        self._stopping.set()
        self._source.close()

    @property
    def done(self) -> bool:
        """Whether every event was put and has its answer."""
        return not self._thread.is_alive()

    def join(self, timeout: float) -> bool:
        """Wait for `done`; tell whether it is."""
        self._thread.join(timeout)
        return self.done

    def _run(self) -> None:
        try:
            self._put_all()
        except Exception as error:  # noqa: BLE001 - kept for the main thread, which ends the run with it
            self.error = error
        finally:
            self._source.close()
            self._producer.flush()

    def _put_all(self) -> None:
        start = time.monotonic()
        for item in self._source:
            now = time.monotonic()
            due = start + self.sent / self._rate if self._rate else now
            if self._duration is not None and max(due, now) >= start + self._duration:
                return
            if due > now:
                self._stopping.wait(due - now)
            if self._stopping.is_set():
                return
            self._put(item)
            self.sent += 1

    def _put(self, item: SourceItem) -> None:
        try:
            if isinstance(item, RawEvent):
                future = self._producer.put(item.data, partition_key=item.partition_key)
            else:
                future = self._producer.put(item)
        except PenstockError as error:
            self._refuse(error)
        else:
            future.add_done_callback(self._resolve)

    def _resolve(self, future: "Future[PutResult]") -> None:
        error = future.exception()
        if error is not None:
            self._refuse(error)
            return
        with self._lock:
            self.accepted += 1
            self._on_accepted()

    def _refuse(self, error: BaseException) -> None:
        with self._lock:
            self.refused[f"{type(error).__name__}: {error}"] += 1
