"""What is made as an execution environment starts."""

import pytest

from consumers.starting import VARIABLE, make_at_start


def test_an_execution_environment_makes_what_it_needs_as_it_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.setenv(VARIABLE, "127.0.0.1:9001")
    make_at_start(lambda: made.append(1))
    assert made == [1]


def test_another_process_that_imports_a_handler_makes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    monkeypatch.delenv(VARIABLE, raising=False)
    make_at_start(lambda: made.append(1))
    assert not made
