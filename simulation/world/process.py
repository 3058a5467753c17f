"""A process of the simulated world: programs that live and die together."""

from simulation.scheduler import Killed, Scheduler, Signal, Task


class Process:
    """What makes calls: a function's execution environment, a producer's program, a reader.

    Attributes:
        name: For the trace.
        dead: Whether it was killed: it makes no call any more, whatever its code tries in its last breath.
    """

    def __init__(self, scheduler: Scheduler, name: str) -> None:
        self.scheduler = scheduler
        self.name = name
        self.dead = False
        self._frozen = False
        self._thawed = Signal(scheduler)
        self._tasks: list[Task] = []

    def adopt(self, task: Task) -> None:
        """Have a program die with the process."""
        self._tasks = [each for each in self._tasks if not each.ended]
        self._tasks.append(task)

    def before_call(self) -> None:
        """Let pass, wait or end the program that is about to make a call."""
        self.check()

    def after_call(self) -> None:
        """Likewise one whose call has been carried out."""
        self.check()

    def check(self) -> None:
        """Let pass the program that runs, if its process is alive, and when it is not frozen.

        Raises:
            Killed: it is dead.
        """
        while self._frozen and not self.dead:
            self._thawed.wait()
        if self.dead:
            raise Killed

    def freeze(self) -> None:
        """Have all programs wait where they make their next call or get an answer."""
        self._frozen = True

    def thaw(self) -> None:
        """Let them go on."""
        self._frozen = False
        self._thawed.fire()

    def kill(self) -> None:
        """End all programs; the one that runs must raise `Killed` itself."""
        self.dead = True
        for task in self._tasks:
            self.scheduler.kill(task)
        self._thawed.fire()
