"""Runs small programs, each in a process of its own, forked from this one, which has imported what takes long.

A process that tests run in should not be forked, nor end. As a program, this reads programs from its input, one JSON
string a line, and answers with a line of JSON about each.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

SECONDS = 60


class Ran(NamedTuple):
    """How a program ended: its exit status, or the negative number of the signal that ended it, and what it wrote."""

    status: int
    stdout: str
    stderr: str


@contextmanager
def program_server() -> Iterator[Callable[[str], Ran]]:
    """Give a function that runs a program and waits until it has ended."""
    server = subprocess.Popen(
        [sys.executable, "-W", "error::ResourceWarning", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with server:
        assert server.stdin is not None
        assert server.stdout is not None
        stdin, stdout = server.stdin, server.stdout

        def run(program: str) -> Ran:
            stdin.write(json.dumps(program) + "\n")
            stdin.flush()
            return Ran(*json.loads(stdout.readline()))

        yield run
        stdin.close()


def _serve() -> None:
    # The first to be registered, so that it runs last; programs find it as ``at_the_end``.
    at_the_end: list[Callable[[], None]] = []
    atexit.register(lambda: [act() for act in at_the_end])
    for module in ("botocore.exceptions", "botocore.parsers", "penstock.producer", "penstock.async_producer"):
        import_module(module)

    for line in sys.stdin:
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            process = os.fork()
            if process == 0:
                signal.alarm(SECONDS)
                os.dup2(stdout.fileno(), 1)
                os.dup2(stderr.fileno(), 2)
                names: dict[str, Any] = {"__name__": "__main__", "at_the_end": at_the_end}
                exec(json.loads(line), names)  # noqa: S102 - the tests' own
                sys.exit()
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            stdout.seek(0)
            stderr.seek(0)
            print(json.dumps([status, stdout.read().decode(), stderr.read().decode()]), flush=True)  # noqa: T201


if __name__ == "__main__":
    _serve()
