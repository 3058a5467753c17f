"""Sends probes and looks for them: two threads, since a slow answer must not hold up the next probe."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Final

from load.generator.probe import Acknowledged, Probe
from load.measure.probes import HASHTAGS, ProbeBook, Visible
from load.runs.reporting_api import ReportingApi, ReportingApiError
from load.workload.events import PLATFORM
from penstock import SocialEvent

LOOK_SECONDS: Final = 0.1
"""Between an answer and the next question. A probe was visible at most that long, and a request, before it is seen."""
MOST_FAILED: Final = 20
"""Questions in a row without an answer, after which nobody asks any more."""


class Probing:
    """Probes of one run. Use it as a context manager: leaving it ends both threads.

    Args:
        put: hands a probe to one of the workers, among whose events it waits as they do.
        api: is asked for them.
        name: of the run, unlike any other's.
        interval: seconds between two probes.
        seed: of their authors and of their moments, which are drawn within the interval, so as to meet every part of
            a batching window.
        epoch: what 0 of `clock` is in epoch seconds.
        clock: seconds since the beginning.
        first: before which no probe is due, in `clock`'s time: when the load begins. One that came before all others
            would have a batching window, and an environment's start, of its own, and set its shard apart from the rest.
        visible: told of each probe that has come through, in `clock`'s time, from another thread.
        answered: told when a question was asked, in `clock`'s time, and after how many seconds it was answered;
            likewise.
    """

    def __init__(
        self,
        put: Callable[[Probe], None],
        api: ReportingApi,
        *,
        name: str,
        interval: float,
        seed: int,
        epoch: float,
        clock: Callable[[], float],
        first: float,
        visible: Callable[[Visible], None],
        answered: Callable[[float, float], None],
    ) -> None:
        self.sent = 0
        self.delivered = 0
        self.failure: str | None = None
        """What kept probes from being sent or found, if anything did."""
        self._put = put
        self._api = api
        self._name = name
        self._interval = interval
        self._random = Random(f"probes {seed}")
        self._epoch = epoch
        self._clock = clock
        self._first = first
        self._visible = visible
        self._answered = answered
        self._book = ProbeBook(name)
        self._due: dict[int, float] = {}
        self._given_up: list[float] = []
        self._lock = threading.Lock()
        self._stop_sending = threading.Event()
        self._stop_looking = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, name="probes", daemon=True),
            threading.Thread(target=self._look, name="probes' look-out", daemon=True),
        ]

    @property
    def waiting(self) -> int:
        """How many probes are acknowledged and not yet visible."""
        with self._lock:
            return self._book.waiting

    def lost(self, seconds: float) -> int:
        """Return how many probes of the clock's first `seconds` are not visible, wherever they wait or were lost."""
        with self._lock:
            missing = [*self._due.values(), *self._given_up, *self._book.waiting_since]
        return sum(0 <= due < seconds for due in missing)

    def __enter__(self) -> "Probing":
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, whatever is still on its way."""
        self.stop_sending()
        self._stop_looking.set()
        for thread in self._threads:
            thread.join()

    def stop_sending(self) -> None:
        """Send no more probes; those on their way are still looked for."""
        self._stop_sending.set()

    def acknowledged(self, outcome: Acknowledged, at: float) -> None:
        """Take note of what became of a probe on its way to the stream; `at` in the clock's time."""
        with self._lock:
            due = self._due.pop(outcome.number)
            if outcome.failure is not None:
                self._given_up.append(due)
                self.failure = f"a probe was not delivered: {outcome.failure}"
            else:
                self.delivered += 1
                self._book.accepted(self._book.hashtags[outcome.number % HASHTAGS], due=due, at=at)

    def _send(self) -> None:
        slot = max(self._clock(), self._first)
        while True:
            due = slot + self._random.random() * self._interval
            slot += self._interval
            if self._stop_sending.wait(max(0.0, due - self._clock())):
                return
            hashtag = self._book.hashtags[self.sent % HASHTAGS]
            event = SocialEvent(
                kind="post",
                platform=PLATFORM,
                author=f"probe-{self._random.randrange(2**32)}",
                created_at=datetime.fromtimestamp(self._epoch + due, UTC),
                hashtags=[hashtag],
                event_id=f"{self._name}-probe-{self.sent}",
            )
            with self._lock:
                self._due[self.sent] = due
            self._put(Probe(self.sent, event.author, event.to_json()))
            self.sent += 1

    def _look(self) -> None:
        failed = 0
        start = datetime.fromtimestamp(self._epoch + self._clock(), UTC).isoformat(timespec="seconds")
        while failed < MOST_FAILED and not self._stop_looking.wait(LOOK_SECONDS if not failed else 1.0):
            asked = self._clock()
            try:
                counts = self._api.totals("hashtag", self._book.hashtags, start=start)
            except ReportingApiError as error:
                failed += 1
                self.failure = str(error)
                continue
            failed = 0
            at = self._clock()
            self._answered(asked, at - asked)
            with self._lock:
                found = self._book.counted(counts, at)
            for probe in found:
                self._visible(probe)


def monotonic_epoch(begin: float) -> float:
    """Return the epoch seconds of a moment of `time.monotonic`."""
    return time.time() - time.monotonic() + begin
