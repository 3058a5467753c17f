"""Threads that cannot hold a process, and the ones of them that make calls."""

import logging
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

from penstock.delivery.calls import Answer, Call, CallFailure
from penstock.shells.logging_safely import log_safely
from penstock.shells.setup import Setup

_logger = logging.getLogger("penstock")


def start_daemon(run: Callable[[], None], name: str, break_down: Callable[[], object]) -> Thread:
    """Start a thread that ends with the process.

    Args:
        run: what it does. Whatever it raises is a defect of the SDK, and logged.
        name: what it is called, behind "penstock-".
        break_down: called after an exception, so that nobody waits for what will never come.
    """

    def guarded() -> None:
        try:
            run()
        except BaseException:  # noqa: BLE001 - it is logged, and whatever it is, the thread works no more
            try:
                _logger.exception("a producer's thread %s broke down; the producer gives up all its events", name)
            finally:  # also if the logging handler is what raises
                break_down()

    thread = Thread(target=guarded, name=f"penstock-{name}", daemon=True)
    thread.start()
    return thread


class Callers:
    """Threads that make the core's calls: one more than may be in flight, so that listing shards never waits for them.

    They are not a pool of ``concurrent.futures``, whose threads refuse work once the interpreter begins to exit,
    when a producer may still have events to send.

    Args:
        setup: whose client makes the calls.
        take_answer: is given each call and its answer, on the thread that made the call.
        break_down: called when a thread ends for a defect.
    """

    def __init__(
        self, setup: Setup, take_answer: Callable[[Call, Answer], None], break_down: Callable[[], object]
    ) -> None:
        self._make_call = setup.client.make
        self._note = setup.failure_log.note
        self._sample = setup.delivery.busiest_keys.sample
        self._take_answer = take_answer
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        self._count = setup.config.calls_in_flight + 1
        for number in range(self._count):
            start_daemon(self._run, f"call-{number}", break_down)

    def make(self, call: Call) -> None:
        """Have a call made. Never blocks."""
        self._calls.put(call)

    def end(self) -> None:
        """Have the threads end after the calls so far. They are not waited for: a call may hang."""
        for _ in range(self._count):
            self._calls.put(None)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            self._take_answer(call, answer := self._answer(call))
            log_safely(self._note, call, answer)
            self._sample(call)

    def _answer(self, call: Call) -> Answer:
        try:
            return self._make_call(call)
        except BaseException as error:  # noqa: BLE001 - it is logged; a client's hooks can raise SystemExit, say
            # The call must have an answer, or all that it carries waits for ever.
            log_safely(_logger.exception, "the Kinesis client raised what no Kinesis client should")
            return CallFailure("UnexpectedException", repr(error), None)
