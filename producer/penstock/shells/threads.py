"""The thread shell: drives the delivery core with threads."""

import logging
import time
from collections.abc import Sequence
from functools import partial
from queue import SimpleQueue
from threading import Condition, Lock, current_thread
from typing import NoReturn

from penstock.aggregation import UserRecord
from penstock.delivery.calls import Answer, Call
from penstock.delivery.completion import Observer
from penstock.delivery.core import Receipt
from penstock.delivery.receipts import Receipts
from penstock.delivery.statistics import Statistics
from penstock.shells import life_cycle
from penstock.shells.daemons import Callers, start_daemon
from penstock.shells.deadlines import GRACE_SECONDS, deadline_after, remaining
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
from penstock.shells.watch import Watch, say
from penstock.spool.opening import durable

_logger = logging.getLogger("penstock")


class ThreadShell:
    """Drives the core with threads: one polls it, some make its calls, one runs callers' callbacks.

    Attributes:
        lock: guards the core and what is below. Never held while a call is made or a caller's code runs.
        delivery: the core.
        durable: the core again if its events must be committed, without the lock, when they have been added.
        closed: whether events are refused.
        ended: whether what had no outcome has been given up, so that there is nothing to do any more.
    """

    def __init__(self, setup: Setup) -> None:
        self.delivery = setup.delivery
        self.durable = durable(setup.delivery)
        self.drain_at_exit = setup.config.drain_at_exit
        self.drain_on_sigterm = setup.config.drain_on_sigterm
        self.close_timeout = setup.config.close_timeout_seconds
        self.closed = self.ended = False
        self._stream = setup.stream
        self._config = setup.config
        self._make_locks()
        # Has told its threads to end; is the copy in a forked process, which has none; is closed by the process's end.
        self._dismissed = self._forked = self._terminating = False
        self._callbacks: SimpleQueue[Observer | None] = SimpleQueue()
        self._watch = Watch(setup)
        self._callers = Callers(setup, self._take_answer, self._break_down)
        self._sender = start_daemon(self._send, "sender", self._break_down)
        self._notifier = start_daemon(self._notify, "callbacks", self._break_down)
        self._reports = Reports(setup.exporter, setup.stream, self.statistics)
        life_cycle.register(self)

    def refuse(self) -> NoReturn:
        """Say why no more events are taken. Under the lock, when ``closed``."""
        if self._forked:
            raise forked_error(self._stream)
        if self._notifier is not current_thread():  # which is waited for
            self._progress.wait_for(lambda: not self._terminating)
        raise closed_error(self._stream)

    def add_when_room(self, partition_key: str | None, explicit_hash_key: str | None, data: bytes) -> Receipt:
        """Add an event that the core has no room for, as ``when_full`` says. Under the lock.

        Raises:
            BufferFullError: if there was no room in time.
            ProducerClosedError: if the producer was closed meanwhile.
        """
        if self._config.when_full == "raise":
            self.rouse()
            raise buffer_full_error(self._stream, self._config, data)
        timeout = self._config.put_timeout_seconds
        deadline = deadline_after(timeout)
        while True:
            receipt = self._add(partition_key, explicit_hash_key, data)
            self.rouse()
            if receipt is not None:
                return receipt
            left = remaining(deadline)
            if left == 0:
                raise buffer_full_error(self._stream, self._config, data, f" within {timeout} s")
            self._progress.wait(left)
            if self.closed:
                self.refuse()

    def add_many(self, events: Sequence[UserRecord], receipts: Receipts) -> None:
        """Add events, each as ``add_when_room`` does where there is no room. Takes the lock for them all.

        Args:
            events: as few as others can wait for.
            receipts: is given those of the events that were taken, also when an error is raised.

        Raises:
            InvalidEventError: if Kinesis takes no such event.
            BufferFullError: as ``add_when_room``.
            ProducerClosedError: if the producer was closed.
        """
        commit = None
        try:
            with self.lock:
                if self.closed:
                    self.refuse()
                try:
                    taken = self.delivery.add_many(events, receipts)
                    while taken < len(events):
                        receipts.append(*self.add_when_room(*events[taken]))
                        taken += 1
                        taken += self.delivery.add_many(events[taken:], receipts)
                finally:
                    if self.durable is not None:
                        commit = self.durable.last_commit
                    if self.delivery.urgent:
                        self.rouse()
        finally:
            # After an error too: events before the one that it concerns can have been added.
            if self.durable is not None and commit is not None:
                self.durable.commit(commit)

    def rouse(self) -> None:
        """Have the core polled. Under the lock."""
        # The sender polls before it waits again, so nothing is urgent from here on.
        self.delivery.urgent = False
        self._work.notify()

    def flush(self, timeout: float | None) -> None:
        """Send all events so far without delay, and wait for their outcomes; see `Producer.flush`."""
        with self.lock:
            if self._forked:
                self.refuse()
            if not self._flush(timeout):
                raise flush_timeout_error(self._stream, self.delivery.statistics().user_records_pending, timeout)

    def close(self, timeout: float | None) -> None:
        """Take no more events, send those there are, and end; see `Producer.close`."""
        deadline = deadline_after(timeout)
        with self.lock:
            if self._forked:
                return  # what was put is the parent's to send
            self.closed = True
            self._progress.notify_all()
            self._flush(timeout)
            abandoned, observers = self._stop()
        warn_of_abandoned(self._stream, abandoned)
        for observer in observers:
            observer.call()
        # Threads that hang in a call are left to end with it, or with the process: they are daemons.
        self._sender.join(GRACE_SECONDS)
        if self._notifier is not current_thread():
            left = remaining(deadline)
            self._notifier.join(None if left is None else max(left, GRACE_SECONDS))
            if self._notifier.is_alive():
                log_safely(_logger.warning, "the producer for %s was closed while callbacks still run", self._stream)
        self._reports.end(self.statistics())

    def close_later(self) -> None:
        """Have the producer closed, by one of its threads. Takes no lock, so that the garbage collector can call it."""
        self._callbacks.put(Observer(partial(self.close, None), foreign=True))

    def statistics(self) -> Statistics:
        """Return what was done so far."""
        with self.lock:
            return self.delivery.statistics()

    def begin_drain(self, *, terminating: bool) -> None:
        """Take no more events, and send those there are; see `life_cycle.Shell`."""
        with self.lock:
            self._terminating = terminating and not self.closed
            self.closed = True
            self._progress.notify_all()
            self.delivery.flush()
            self.rouse()

    def end_drain(self, timeout: float | None) -> None:
        """Wait for what `begin_drain` began, and end."""
        self.close(timeout)

    def resume(self) -> None:
        """Refuse the events that waited for the end of the process."""
        with self.lock:
            self._terminating = False
            self._progress.notify_all()

    def after_fork(self) -> None:
        """Take note of being the copy in a forked process."""
        self._make_locks()  # a thread of the parent may have held them
        self.closed = self.ended = self._forked = True

    def _make_locks(self) -> None:
        # The sender waits for work; put and flush wait for progress.
        self.lock = Lock()
        self._work = Condition(self.lock)
        self._progress = Condition(self.lock)

    def _add(self, partition_key: str | None, explicit_hash_key: str | None, data: bytes) -> Receipt | None:
        if self._config.when_full == "drop_oldest":
            self.delivery.make_room(len(data))
        return self.delivery.add(partition_key, explicit_hash_key, data)

    def _flush(self, timeout: float | None) -> bool:
        mark = self.delivery.flush()
        self.rouse()
        return self._progress.wait_for(lambda: self.ended or self.delivery.flushed(mark), timeout)

    def _break_down(self) -> None:
        with self.lock:
            observers = self._stop()[1]
        for observer in observers:
            observer.call()

    def _stop(self) -> tuple[int, list[Observer]]:
        """Give up what is pending and have the threads end; return how many events, and what ``_queue`` does.

        Called again, it finishes what an exception has interrupted.
        """
        self.closed = self.ended = True
        try:
            abandoned = self.delivery.abandon()
            observers = self._queue()
        finally:
            self._progress.notify_all()
            self.rouse()
        if not self._dismissed:
            # Nothing is pending any more, so no callback comes after this.
            self._dismissed = True
            self._callbacks.put(None)
            self._callers.end()
        return abandoned, observers

    def _queue(self) -> list[Observer]:
        """Hand callers' code to the thread for it; return the other observers, to call outside of the lock.

        Under the lock, so that nothing can be queued behind what ends that thread. Queueing never blocks.
        """
        own: list[Observer] = []
        for observer in self.delivery.take_observers():
            if observer.foreign:
                self._callbacks.put(observer)
                self._watch.callbacks += 1
            else:
                own.append(observer)
        return own

    def _send(self) -> None:
        while True:
            with self.lock:
                if self.ended:
                    return
                now = time.monotonic()
                for call in self.delivery.poll(now):
                    self._callers.make(call)
                observers = self._queue()
                self._progress.notify_all()
                remarks = self._watch.look(now)
                wake_at = self._watch.wake_at(self.delivery.wake_at())
                if not observers and not remarks and (wake_at is None or wake_at > now):
                    self._work.wait(None if wake_at is None else wake_at - now)
            for observer in observers:
                observer.call()
            say(remarks)

    def _take_answer(self, call: Call, answer: Answer) -> None:
        with self.lock:
            self.delivery.answer(call, answer, time.monotonic())
            observers = self._queue()
            self._progress.notify_all()
            self.rouse()
        for observer in observers:
            observer.call()

    def _notify(self) -> None:
        while (observer := self._callbacks.get()) is not None:
            try:
                self._watch.run(observer.call)
            except BaseException:  # noqa: BLE001 - logged; a SystemExit, say, would end this thread too early
                log_safely(_logger.exception, "a callback tried to end the thread for callbacks of %s", self._stream)
