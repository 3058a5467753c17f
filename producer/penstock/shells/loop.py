"""The asyncio shell: drives the delivery core on an event loop."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event
from typing import Final, TypeVar

from penstock.aggregation import UserRecord
from penstock.delivery.calls import Answer, Call
from penstock.delivery.completion import Observer
from penstock.delivery.core import Receipt
from penstock.delivery.receipts import Receipts
from penstock.delivery.statistics import Statistics
from penstock.errors import PenstockError
from penstock.shells import life_cycle
from penstock.shells.daemons import Callers
from penstock.shells.deadlines import GRACE_SECONDS, deadline_after, remaining
from penstock.shells.home_loop import HomeLoop
from penstock.shells.logging_safely import log_safely
from penstock.shells.refusals import (
    buffer_full_error,
    closed_error,
    flush_timeout_error,
    forked_error,
    warn_of_abandoned,
)
from penstock.shells.reports import Reports
from penstock.shells.setup import Setup
from penstock.shells.waiting import Line, News
from penstock.shells.watch import Watch, say
from penstock.spool.opening import durable

_logger = logging.getLogger("penstock")

Added = TypeVar("Added")

_LOOK_SECONDS: Final = 0.5

PUTS_A_TURN: Final = 1000
"""After so many puts that found room, others on the loop have their turn: a few milliseconds."""


class LoopShell:
    """Drives the core on an event loop: its timers poll it, threads make its calls.

    Only the loop's thread touches the core, so there is no lock. When the process ends and the loop runs no more, the
    thread that ends it takes over. The loop is that of the first use.

    Attributes:
        delivery: the core.
        open_on: the loop on which events are taken, none before the first use and when no more are taken.
        line: those who wait for room, first come, first served.
        puts_left: until others on the loop have their turn.
        durable: the core again if whoever adds events waits for ``commit`` then.
        closed: whether events are refused.
        ended: whether what had no outcome has been given up, so that there is nothing to do any more.
    """

    def __init__(self, setup: Setup) -> None:
        self.delivery = setup.delivery
        self.drain_at_exit = setup.config.drain_at_exit
        self.drain_on_sigterm = setup.config.drain_on_sigterm
        self.close_timeout = setup.config.close_timeout_seconds
        self.open_on: asyncio.AbstractEventLoop | None = None
        self.line = Line()
        self.puts_left = 1
        self.durable = durable(setup.delivery)
        # One thread is enough: a commit brings all that was added before to the disk. It is started with the first.
        self._committer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="penstock-commit")
        self.closed = self.ended = False
        self._stream = setup.stream
        self._config = setup.config
        self._home = HomeLoop(setup.stream)
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._news = News()
        # When all is flushed up to this mark of the core's, the producer ends.
        self._last_mark: int | None = None
        self._finished = Event()
        # Is the copy in a forked process; is closed by the process's end; is driven by another thread than the loop's.
        self._forked = self._terminating = self._taken_over = False
        self._watch = Watch(setup)
        self._answers: SimpleQueue[tuple[Call, Answer]] = SimpleQueue()
        self._callers = Callers(setup, self._take_answer, partial(self._home.post, self._end))
        self._reports = Reports(setup.exporter, setup.stream, self._statistics_elsewhere)
        life_cycle.register(self)

    def enter(self) -> asyncio.AbstractEventLoop:
        """Return the running loop, which is the producer's from its first use on.

        Raises:
            ForkedProducerError: if this process was forked since the producer was made.
            WrongLoopError: if the producer is in use on another loop, or no loop runs here.
        """
        if self._forked:
            raise forked_error(self._stream)
        first = not self._home.known
        loop = self._home.enter()
        if first:
            if not self.closed:
                self.open_on = loop
            if self.delivery.urgent:  # a spool has events of an earlier process
                loop.call_soon(self.poll)
        return loop

    async def admit(self) -> None:
        """Begin on this loop, or say why no events are taken here; raises as `enter` does, and if closed."""
        self.enter()
        if self.closed:
            await self._news.wait_until(lambda: not self._terminating)
            raise closed_error(self._stream)

    async def add_when_room(self, partition_key: str | None, explicit_hash_key: str | None, data: bytes) -> Receipt:
        """Add an event for which there is no room, or before which others wait, as ``when_full`` says.

        A task that is cancelled here has not put its event.

        Raises:
            BufferFullError: if there was no room in time.
            ProducerClosedError: if the producer was closed meanwhile.
        """
        return await self._when_room(lambda: self._add(partition_key, explicit_hash_key, data), data)

    async def add_many(self, events: Sequence[UserRecord], receipts: Receipts) -> None:
        """Add events, each as `add_when_room` does where there is no room.

        Args:
            events: as few as others on the loop can wait for.
            receipts: is given those of the events that were taken, also when an error is raised.

        Raises:
            InvalidEventError: if Kinesis takes no such event.
            BufferFullError: as `add_when_room`.
            ProducerClosedError: if the producer was closed.
        """
        if self.enter() is not self.open_on:
            await self.admit()
        taken = 0
        try:
            while taken < len(events):
                if not self.line:
                    taken += self.delivery.add_many(events[taken:], receipts)
                if taken < len(events):
                    receipts.append(*await self.add_when_room(*events[taken]))
                    taken += 1
        except (PenstockError, asyncio.CancelledError):
            if self.durable is not None:
                await self.commit()  # events before the one that this concerns can have been added
            raise
        finally:
            if self.delivery.urgent:
                self.poll()
        if self.durable is not None:
            await self.commit()
        self.puts_left -= len(events)
        if self.puts_left <= 0:
            await self.give_way()

    async def give_way(self) -> None:
        """Let others on the loop have their turn."""
        self.puts_left = PUTS_A_TURN
        await asyncio.sleep(0)

    async def commit(self) -> None:
        """Wait until what was added is on the disk, if ``durable``. It gets there even if the task is cancelled.

        Raises:
            SpoolError: if it could not be brought there.
        """
        if self.durable is not None:
            # Not in the loop's own pool, all of whose threads the program may use for what takes long.
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._committer, self.durable.commit, self.durable.last_commit)

    def poll(self) -> None:
        """Take the answers that have come, have the calls made that are due, and come back when the next are."""
        if self._taken_over or self.ended:
            return
        try:
            while not self._answers.empty():
                self.delivery.answer(*self._answers.get(), time.monotonic())
            self._poll()
        except Exception:  # noqa: BLE001 - it is logged
            # A defect of the SDK. Nobody should wait for what will never come.
            log_safely(_logger.exception, "the producer for %s broke down and gives up all its events", self._stream)
            self._end()

    async def flush(self, seconds: float | None) -> None:
        """Send all events so far without delay, and wait for their outcomes; see `AsyncProducer.flush`."""
        self.enter()
        mark = None if self._taken_over else self.delivery.flush()
        self.poll()
        if not await self._news.wait_until(
            lambda: self.ended or (mark is not None and self.delivery.flushed(mark)), seconds
        ):
            raise flush_timeout_error(self._stream, self.delivery.statistics().user_records_pending, seconds)

    async def close(self, seconds: float | None) -> None:
        """Take no more events, send those there are, and end; see `AsyncProducer.close`."""
        if self._forked:
            return  # what was put is the parent's to send
        self.enter()
        self._begin_to_close()
        if not await self._news.wait_until(lambda: self.ended, seconds) and not self._taken_over:
            self._end()
        await asyncio.sleep(0)  # in which the callbacks run

    def close_later(self) -> None:
        """Have the producer closed by its loop, or at exit if that runs no more. The garbage collector can call it."""
        self._home.post(self._begin_to_close)

    def statistics(self) -> Statistics:
        """Return what was done so far; raise as `enter` does if that is being done elsewhere."""
        if self._home.running:
            self.enter()
        return self.delivery.statistics()

    def _statistics_elsewhere(self) -> Statistics | None:
        """Return what was done so far, on a thread that is not the loop's; none if the loop has no time for it."""
        if not self._home.running:
            return None  # nothing happens, or `end_drain` does it
        snapshot: Future[Statistics] = Future()
        self._home.post(lambda: snapshot.set_result(self.delivery.statistics()))
        try:
            return snapshot.result(GRACE_SECONDS)
        except TimeoutError:
            log_safely(
                _logger.warning, "the statistics of %s were not exported: its event loop is blocked", self._stream
            )
            return None

    def begin_drain(self, *, terminating: bool) -> None:
        """Take no more events, and send those there are; see `life_cycle.Shell`."""
        self._terminating = terminating and not self.closed
        self.closed = True
        self.open_on = None
        # First said, then looked: should the loop begin to run now, it leaves the core alone.
        self._taken_over = True
        if self._home.running:
            self._taken_over = False
            self._home.post(self._begin_to_close)

    def end_drain(self, timeout: float | None) -> None:
        """Wait for what `begin_drain` began, and end."""
        if self._taken_over:
            self._drive(deadline_after(timeout))
            return
        deadline = deadline_after(timeout)
        while not self._finished.wait(_LOOK_SECONDS if timeout is None else min(_LOOK_SECONDS, timeout)):
            if remaining(deadline) == 0:
                self._home.post(self._end)
                self._finished.wait(GRACE_SECONDS)
                return
            if not self._home.running:  # any more
                self._taken_over = True
                if not self._home.running:  # first said, then looked, as above
                    self._drive(deadline)
                    return
                self._taken_over = False
                self._home.post(self._begin_to_close)

    def resume(self) -> None:
        """Refuse the events that waited for the end of the process."""
        self._terminating = False
        self._home.post(partial(self._tell, ()))

    def after_fork(self) -> None:
        """Take note of being the copy in a forked process."""
        self.closed = self.ended = self._forked = True
        self.open_on = None

    def _add(self, partition_key: str | None, explicit_hash_key: str | None, data: bytes) -> Receipt | None:
        if self._config.when_full == "drop_oldest":
            self.delivery.make_room(len(data))
        return self.delivery.add(partition_key, explicit_hash_key, data)

    async def _when_room(self, try_to_add: Callable[[], Added | None], data: bytes) -> Added:
        if self._config.when_full == "raise":
            self.poll()
            raise buffer_full_error(self._stream, self._config, data)
        added = None
        if self._config.when_full == "drop_oldest" and not self.line:
            added = try_to_add()
            self.poll()
        if added is None:
            seconds = self._config.put_timeout_seconds
            added = await self.line.wait(
                try_to_add, poll=self.poll, over=lambda: self.closed, deadline=deadline_after(seconds)
            )
        if added is None:
            if self.closed:
                await self.admit()
            raise buffer_full_error(self._stream, self._config, data, f" within {seconds} s")
        return added

    def _begin_to_close(self) -> None:
        self.closed = True
        self.open_on = None
        if not self._taken_over and not self.ended:
            self._last_mark = self.delivery.flush()
            self.poll()

    def _end(self) -> None:
        """Give up what is pending and have the threads end."""
        if self.ended:
            return
        self.closed = self.ended = True
        self.open_on = None
        abandoned = self.delivery.abandon()
        self._settle()
        self._callers.end()
        self._committer.shutdown(wait=False)
        warn_of_abandoned(self._stream, abandoned)
        self._reports.end(self.delivery.statistics())
        self._finished.set()

    def _poll(self) -> None:
        now = time.monotonic()
        for call in self.delivery.poll(now):
            self._callers.make(call)
        self._settle()
        say(self._watch.look(now))
        wake_at = self._watch.wake_at(self.delivery.wake_at())
        if self._taken_over or self.ended or wake_at is None:
            return
        # One timer; that it goes off too early, for what has been done by then, only polls once more.
        if self._timer is None or wake_at < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = wake_at
            self._timer = self._home.call_later(max(wake_at - now, 0.0), self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self.poll()

    def _drive(self, deadline: float | None) -> None:
        """Do what the loop would, until all is flushed."""
        mark = self.delivery.flush()
        self._poll()
        while not self.ended and not self.delivery.flushed(mark) and remaining(deadline) != 0:
            wake_at = self._watch.wake_at(self.delivery.wake_at())
            if deadline is not None:
                wake_at = deadline if wake_at is None else min(wake_at, deadline)
            try:
                call, answer = self._answers.get(timeout=remaining(wake_at))
            except Empty:
                pass  # a retry is due, or the time is over
            else:
                self.delivery.answer(call, answer, time.monotonic())
            self._poll()
        self._end()

    def _take_answer(self, call: Call, answer: Answer) -> None:
        self._answers.put((call, answer))
        self._home.post(self.poll)  # if it has been closed, `_drive` takes the answer, at exit

    def _settle(self) -> None:
        """Tell everyone who waits what has come to pass."""
        observers = self.delivery.take_observers()
        if self._taken_over:
            self._home.post(partial(self._tell, observers))
            return
        self._tell(observers)
        if self._last_mark is not None and not self.ended and self.delivery.flushed(self._last_mark):
            self._end()

    def _tell(self, observers: Sequence[Observer]) -> None:
        for observer in observers:
            observer.call()
        self._news.spread()
        self.line.call(everyone=self.closed)
