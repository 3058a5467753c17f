from collections.abc import Iterator

import pytest

from tests.unit.penstock.gate import Gate


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A gate whose threads are never left waiting."""
    gate = Gate()
    yield gate
    gate.opened.set()
