"""Programs in virtual time: they run one at a time, and change over only where they wait. One seed decides all chance.

A program is a plain function in a greenlet. Waiting costs no time of this machine; what is due at the same moment goes
on in an order that the seed draws. There are no threads, and no clock but this one.
"""

import random
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, Final

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """Raised in a program that is to end at once, where it waits: its process is no more."""


class Task:
    """A program that runs.

    Attributes:
        owner: Whatever it runs for; a program that it spawns runs for the same.
        doomed: Whether it has been killed: it waits for nothing any more.
        ended: Whether it has come to its end.
        turn: How often it has gone on; what was to wake it before its latest turn wakes it no more.
        switch: Has it go on with a value until it waits again or ends; raises what the program raises.
    """

    __slots__ = ("_greenlet", "doomed", "ended", "number", "owner", "switch", "turn")

    def __init__(self, number: int, program: "greenlet", owner: Any) -> None:  # noqa: ANN401 - anything
        self.number = number
        self.owner = owner
        self.ended = self.doomed = False
        self.turn = 0
        self._greenlet = program
        self.switch = program.switch

    def end(self) -> None:
        """Have it end: `Killed` is raised where it waits. Not from within."""
        self.turn += 1
        self.doomed = True
        if self._greenlet:  # it has begun
            self._greenlet.parent = getcurrent()  # which goes on when this has ended
            self._greenlet.throw(Killed)
        self.ended = True


class Scheduler:
    """Runs programs in virtual time.

    Attributes:
        now: Epoch seconds.
        chance: Everything drawn at random comes from here, or from generators seeded likewise.
        current: The task that runs; None outside of all programs.
    """

    def __init__(self, seed: int, start: float) -> None:
        """Begin at `start`, epoch seconds."""
        self.now = start
        self.chance: Final = random.Random(seed)
        self.current: Task | None = None
        self._random = self.chance.random
        self._due: list[tuple[float, float, int, Task, int, Any]] = []
        self._entries = 0
        self._tasks: dict[int, Task] = {}
        self._number = 0
        self._hub = getcurrent()
        self._until = float("-inf")
        self._done: Callable[[], bool] = lambda: True

    def clock(self) -> float:
        """Return the time, epoch seconds."""
        return self.now

    def spawn(self, program: Callable[[], object], *, delay: float = 0.0, owner: Any = None) -> Task:  # noqa: ANN401 - anything
        """Start a program in `delay` seconds, for `owner` or else for whom the present one runs."""
        self._number += 1

        def body(_: object) -> None:
            try:
                program()
            except Killed:
                pass
            finally:
                task.ended = True
                self._tasks.pop(task.number, None)

        if owner is None and self.current is not None:
            owner = self.current.owner
        task = Task(self._number, greenlet(body, self._hub), owner)
        self._tasks[task.number] = task
        self.wake(task, delay=delay)
        return task

    def wake(self, task: Task, value: object = None, *, delay: float = 0.0) -> None:
        """Have a task go on with `value` in `delay` seconds, unless something else makes it go on before."""
        self._entries += 1
        heappush(self._due, (self.now + delay, self._random(), self._entries, task, task.turn, value))

    def wait(self) -> Any:  # noqa: ANN401 - whatever it is woken with
        """Wait until woken; return with what."""
        if self.current is None or self.current.doomed:
            raise Killed
        return self._hub.switch()

    def sleep(self, seconds: float) -> None:
        """Let time pass for the program that runs."""
        task = self.current
        assert task is not None, "only a program can wait"  # noqa: S101 - a mistake of the simulation's own
        if task.doomed:
            raise Killed
        at, draw, due = self.now + seconds, self._random(), self._due
        self._entries += 1
        if (
            at <= self._until
            and (not due or at < (first := due[0])[0] or (at == first[0] and draw < first[1]))
            and not self._done()
        ):
            # It would be the next to go on: time passes, and there is no need to change over.
            self.now = max(self.now, at)
            task.turn += 1
            return
        heappush(due, (at, draw, self._entries, task, task.turn, None))
        self._hub.switch()

    def pause(self) -> None:
        """Let others go on that are due, if a program runs."""
        if self.current is not None:
            self.sleep(0)

    def interleave(self, *programs: Callable[[], object]) -> None:
        """Run programs from outside, all to their ends; raises what the first of them raises."""
        for program in programs:
            self.spawn(program)
        self.run()

    def kill(self, task: Task) -> None:
        """Have a task end, unless it is the one that runs: that raises `Killed` itself."""
        if task.ended or task is self.current:
            return
        before, self.current = self.current, task
        try:
            task.end()
        finally:
            self.current = before
            self._tasks.pop(task.number, None)

    def run(self, until: float = float("inf"), *, done: Callable[[], bool] = lambda: False) -> bool:
        """Run what is due before `until` (epoch seconds), or until `done`; return whether that is so."""
        self._until, self._done = until, done
        due = self._due
        while due and due[0][0] <= until:
            at, _, _, task, turn, value = heappop(due)
            if task.ended or task.turn != turn:
                continue
            self.now = max(self.now, at)
            self.current = task
            try:
                task.turn += 1
                task.switch(value)
            finally:
                self.current = None
            if done():
                return True
        if until != float("inf"):
            self.now = max(self.now, until)
        return done()

    def end(self) -> None:
        """End all programs, wherever they are."""
        for task in list(self._tasks.values()):
            self.kill(task)
        self._due.clear()


class Signal:
    """Something that programs wait for.

    Attributes:
        fired: How often it was.
    """

    def __init__(self, scheduler: Scheduler) -> None:
        self.fired = 0
        self._scheduler = scheduler
        self._waiting: list[tuple[Task, int]] = []

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is fired, at most so many seconds; return whether it was."""
        scheduler = self._scheduler
        task = scheduler.current
        assert task is not None, "only a program can wait"  # noqa: S101 - a mistake of the simulation's own
        self._waiting.append((task, task.turn))
        if seconds is not None:
            scheduler.wake(task, False, delay=max(seconds, 0.0))
        return bool(scheduler.wait())

    def fire(self) -> None:
        """Let all who wait go on."""
        self.fired += 1
        waiting, self._waiting = self._waiting, []
        for task, turn in waiting:
            if task.turn == turn and not task.ended:
                self._scheduler.wake(task, True)
