"""What times of starts say, and what is no time at all."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from load.calibration.starts import at_once, nothing
from load.errors import LoadError
from local.stack import LocalStack
from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult


class _Stack:
    def __init__(self, result: InvocationResult) -> None:
        self.result = result
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> InvocationResult:
        self.asked.append((logical_id, event))
        return self.result


@pytest.mark.parametrize(
    ("together", "expected"),
    [({2: 0.4, 4: 0.8}, 2.0), ({2: 0.8, 4: 1.6}, 1.0), ({3: 0.4}, 3.0), ({2: 0.4, 4: 1.6}, 1.5)],
)
def test_as_many_start_at_once_as_would_take_no_longer_than_one(together: dict[int, float], expected: float) -> None:
    assert at_once(0.4, together) == pytest.approx(expected)


def test_a_function_is_invoked_with_no_records() -> None:
    stack = _Stack(Answered(b"{}"))
    nothing(cast("LocalStack", stack), "RollupFunction")
    assert stack.asked == [("RollupFunction", {"Records": []})]


def test_a_function_that_fails_is_not_timed() -> None:
    with pytest.raises(LoadError, match=r"IngestFunction of the local stack failed, .*NameError"):
        nothing(cast("LocalStack", _Stack(FunctionFailed(b'{"errorType": "NameError"}'))))
