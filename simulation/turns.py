"""Threads that run one at a time and change over only where they call DynamoDB, in an order that a seed decides."""

from collections.abc import Callable
from threading import Semaphore, Thread, current_thread


class Turns:
    """Runs programs interleaved: each stops before a call (`pause`), and one of those that wait goes on."""

    def __init__(self, choose: Callable[[int], int]) -> None:
        """`choose(n)` returns which of n waiting programs goes on, from 0."""
        self._choose = choose
        self._turns: dict[Thread, Semaphore] = {}
        self._back = Semaphore(0)

    def pause(self) -> None:
        """Let others run; returns when it is this program's turn. Does nothing outside of `run`."""
        turn = self._turns.get(current_thread())
        if turn is not None:
            self._back.release()
            turn.acquire()

    def run(self, *programs: Callable[[], None]) -> None:
        """Run all to their end; raises what the first that failed raised, when all have ended."""
        errors: list[BaseException] = []
        ended: set[Thread] = set()

        def body(program: Callable[[], None]) -> None:
            self._turns[current_thread()].acquire()
            try:
                program()
            except BaseException as error:  # noqa: BLE001 - raised again below, in the test's own thread
                errors.append(error)
            finally:
                ended.add(current_thread())
                self._back.release()

        threads = [Thread(target=body, args=(program,), daemon=True) for program in programs]
        self._turns = {thread: Semaphore(0) for thread in threads}
        for thread in threads:
            thread.start()
        waiting = threads
        while waiting:
            chosen = waiting[self._choose(len(waiting))]
            self._turns[chosen].release()
            self._back.acquire()
            waiting = [thread for thread in waiting if thread not in ended]
        for thread in threads:
            thread.join()
        self._turns = {}
        if errors:
            raise errors[0]
