from collections.abc import Callable, Iterator

import pytest

from tests.unit.penstock.gate import Gate
from tests.unit.penstock.program_server import Ran, program_server


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate whose threads are never left waiting."""
    gate = Gate()
    yield gate
    gate.opened.set()


@pytest.fixture(scope="session")
def run() -> Iterator[Callable[[str], Ran]]:
    """Runs a program in a process of its own."""
    with program_server() as run:
        yield run
