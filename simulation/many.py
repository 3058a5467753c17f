"""Runs of many seeds, on several processors."""

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from simulation.run import Outcome, run
from simulation.world.handlers import simulated_handlers

_entered: Final = ExitStack()
"""What a process of the pool stays in until it ends."""


def run_all(seeds: Sequence[int], allowed: frozenset[str], jobs: int, add: Callable[[Outcome], object]) -> bool:
    """Run `seeds` with the `allowed` faults, in `jobs` processes or here where one is enough.

    Each outcome is given to `add` when its run has ended. After Ctrl-C no run is begun, and those that have begun in
    other processes are awaited; a second Ctrl-C raises KeyboardInterrupt.

    Returns:
        Whether Ctrl-C ended it.
    """
    if jobs == 1 or len(seeds) == 1:
        with simulated_handlers():
            try:
                for seed in seeds:
                    add(outcome_of(seed, allowed))
            except KeyboardInterrupt:
                return True
        return False
    with _pool(jobs) as pool:
        with _deaf():
            tasks = [pool.submit(outcome_of, seed, allowed) for seed in seeds]
        left = set(tasks)
        try:
            _add(tasks, left, add)
        except KeyboardInterrupt:
            _add([task for task in tasks if task in left and not task.cancel()], left, add)
            return True
    return False


def outcome_of(seed: int, allowed: frozenset[str]) -> Outcome:
    """Run a seed; what is raised in it is a violation. The handlers must be simulated."""
    try:
        return run(seed, allowed)
    except Exception as error:  # noqa: BLE001 - whatever it is, this seed does not hold
        where = traceback.extract_tb(error.__traceback__)[-1]
        return Outcome(seed, [f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"])


def _add(tasks: list[Future[Outcome]], left: set[Future[Outcome]], add: Callable[[Outcome], object]) -> None:
    for task in as_completed(tasks):
        left.remove(task)
        add(task.result())


@contextmanager
def _pool(jobs: int) -> Iterator[ProcessPoolExecutor]:
    """Have processes, whose runs nobody waits for when this ends early."""
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), initializer=_begin)
    try:
        yield pool
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
    """Make a process ready."""
    _entered.enter_context(simulated_handlers())
