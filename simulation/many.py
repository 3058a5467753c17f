"""Runs of many seeds, on several processors."""

import multiprocessing
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Final

from simulation.run import Outcome, run
from simulation.trace import Trace
from simulation.world.handlers import simulated_handlers

AHEAD: Final = 1
"""Runs that are handed out beyond those that processes are at."""

_entered: Final = ExitStack()
"""What a process of the pool stays in until it ends."""


class WorkerDiedError(Exception):
    """A process of the pool ended before its run did, as one that is killed or out of memory does."""


def run_all(seeds: Sequence[int], allowed: frozenset[str], jobs: int, add: Callable[[Outcome], object]) -> bool:
    """Run `seeds` with the `allowed` faults, in `jobs` processes or here where one is enough.

    Each outcome is given to `add` when its run has ended. After Ctrl-C no run begins, and those that have are awaited;
    a second Ctrl-C raises KeyboardInterrupt and ends them.

    Returns:
        Whether Ctrl-C ended it.

    Raises:
        WorkerDiedError: a process is no more.
    """
    if jobs == 1 or len(seeds) == 1:
        with simulated_handlers():
            try:
                for seed in seeds:
                    add(outcome_of(seed, allowed))
            except KeyboardInterrupt:
                return True
        return False
    left = iter(seeds)
    under_way: set[Future[Outcome]] = set()
    with _pool(jobs) as pool:

        def hand_out() -> None:
            ahead = islice(left, jobs + AHEAD - len(under_way))
            under_way.update(pool.submit(outcome_of, seed, allowed) for seed in ahead)

        with _deaf():
            hand_out()
        try:
            while under_way:
                _add(under_way, add)
                hand_out()
        except KeyboardInterrupt:
            under_way.difference_update([task for task in under_way if task.cancel()])
            while under_way:
                _add(under_way, add)
            return True
        except BrokenProcessPool as error:
            raise WorkerDiedError(
                "a process of the simulation was killed, perhaps for want of memory: use fewer --jobs"
            ) from error
    return False


def outcome_of(seed: int, allowed: frozenset[str], *, traces: list[Trace] | None = None) -> Outcome:
    """Run a seed; what is raised in it is a violation. The handlers must be simulated. `traces` is given the trace."""
    try:
        return run(seed, allowed, traces=traces)
    except Exception as error:  # noqa: BLE001 - whatever it is, this seed does not hold
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Outcome(seed, [f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"])


def _add(under_way: set[Future[Outcome]], add: Callable[[Outcome], object]) -> None:
    """Wait for one of the runs at least, and hand over what came of those that have ended."""
    ended, _ = wait(under_way, return_when=FIRST_COMPLETED)
    for task in ended:
        under_way.remove(task)
        add(task.result())


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Have processes, which are ended when this ends early."""
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C: they leave it to the one that waits for them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin() -> None:
    """Make a process ready, and have it end when it is told to, or when the one that waits for it is no more."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    threading.Thread(target=_end_with_parent, args=[threading.get_ident()], daemon=True).start()
    _entered.enter_context(simulated_handlers())


def _end_with_parent(main_thread: int) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        signal.pthread_kill(main_thread, signal.SIGTERM)
