"""All workers of a run: started together, listened to, stopped together."""

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Final

from load.errors import LoadError
from load.generator.probe import Acknowledged, Probe
from load.generator.snapshot import Snapshot
from load.generator.worker import Failed, Ready, Task, work

START_SECONDS: Final = 60.0
"""How long workers may take until they are ready: imports, and the drawing of bodies."""
LEAD_SECONDS: Final = 0.2
"""Between the last worker's being ready and the beginning."""
END_SECONDS: Final = 45.0
"""How long workers may take for their last word after they were told to stop."""


class WorkerFailedError(LoadError):
    """A process of the generator has ended by itself."""


class Team:
    """The generator's processes. Use it as a context manager: leaving it ends those that still run.

    Args:
        tasks: one a worker.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self._processes: list[BaseProcess] = []
        self._connections: dict[Connection, int] = {}
        self._ended: set[int] = set()
        self._speaking = threading.Lock()

    def __enter__(self) -> "Team":
        """Start all processes."""
        context = multiprocessing.get_context("spawn")
        with _interrupts_left_to_this_process():
            for task in self._tasks:
                ours, theirs = context.Pipe()
                process = context.Process(target=work, args=(task, theirs), name=f"worker {task.worker}", daemon=True)
                process.start()
                theirs.close()
                self._processes.append(process)
                self._connections[ours] = task.worker
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        for connection in self._connections:
            connection.close()
        for process in self._processes:
            process.join(0.5)
            if process.is_alive():
                process.kill()
                process.join()

    @property
    def done(self) -> bool:
        """Whether all workers have said their last word."""
        return len(self._ended) == len(self._tasks)

    def begin(self, ready: Callable[[], None] = lambda: None, lead: Callable[[], float] = lambda: 0.0) -> float:
        """Wait until all are ready, call `ready`, and have them begin at one moment; return it.

        Args:
            ready: see above.
            lead: tells then how many seconds later they are to begin.

        Raises:
            WorkerFailedError: one ended instead.
        """
        deadline = time.monotonic() + START_SECONDS
        missing = dict(self._connections)
        while missing:
            heard = wait(list(missing), timeout=max(0.0, deadline - time.monotonic()))
            if not heard:
                raise WorkerFailedError(f"the generator's processes were not ready within {START_SECONDS:g} s")
            for connection in heard:
                assert isinstance(connection, Connection)  # noqa: S101 - all are
                if not isinstance(self._hear(connection), Ready):
                    raise WorkerFailedError("a process of the generator spoke before its time")
                del missing[connection]
        ready()
        begin = time.monotonic() + max(LEAD_SECONDS, lead())
        for connection in self._connections:
            connection.send(begin)
        return begin

    def listen(self, seconds: float) -> Iterator[Snapshot | Acknowledged]:
        """Yield what workers tell, waiting that long for the first word.

        Raises:
            WorkerFailedError: one ended without its last word.
        """
        talking = [each for each, worker in self._connections.items() if worker not in self._ended]
        for connection in wait(talking, timeout=seconds):
            assert isinstance(connection, Connection)  # noqa: S101 - all are
            while connection.poll():
                told = self._hear(connection)
                assert isinstance(told, Snapshot | Acknowledged)  # noqa: S101 - nothing else follows Ready
                last = isinstance(told, Snapshot) and told.done
                if last:
                    self._ended.add(self._connections[connection])
                yield told
                if last:
                    break

    def put(self, probe: Probe) -> None:
        """Have the worker whose turn it is put a probe; nobody does once all are done. May be called by any thread."""
        talking = [each for each, worker in self._connections.items() if worker not in self._ended]
        if talking:
            self._say(talking[probe.number % len(talking)], probe)

    def stop(self) -> None:
        """Tell all to send nothing more, and to say their last word when what was sent has its outcomes."""
        for connection, worker in self._connections.items():
            if worker not in self._ended:
                self._say(connection, None)

    def _say(self, connection: Connection, what: Probe | None) -> None:
        # One that has just ended hears nothing; `listen` hears its last word, or that there is none.
        with self._speaking, suppress(OSError):
            connection.send(what)

    def _hear(self, connection: Connection) -> object:
        process = self._processes[self._connections[connection]]
        try:
            told = connection.recv()
        except (EOFError, ConnectionResetError) as error:
            process.join(1.0)
            raise WorkerFailedError(
                f"process {process.pid} of the generator ended by itself, with status {process.exitcode}"
            ) from error
        if isinstance(told, Failed):
            raise WorkerFailedError(f"process {process.pid} of the generator broke down: {told.why}")
        return told


@contextmanager
def _interrupts_left_to_this_process() -> Iterator[None]:
    """Have processes that are started in the block ignore what a terminal sends to all of them: Ctrl-C, and its end."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def tasks(first: Task, workers: int) -> list[Task]:
    """Return the tasks of so many workers, each as the first but for its number."""
    return [replace(first, worker=worker, workers=workers) for worker in range(workers)]
