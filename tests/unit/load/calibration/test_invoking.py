"""What a function that is invoked to be timed is given, and what is no time at all."""

from collections.abc import Mapping
from typing import Any, cast

import pytest

from load.calibration.invoking import invoke, invoke_with_nothing
from load.errors import LoadError
from local.stack import LocalStack
from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult, Throttled


class _Stack:
    def __init__(self, result: InvocationResult) -> None:
        self.result = result
        self.asked: list[tuple[str, Mapping[str, Any]]] = []

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> InvocationResult:
        self.asked.append((logical_id, event))
        return self.result


def test_a_function_is_invoked_with_no_records() -> None:
    stack = _Stack(Answered(b"{}"))
    invoke_with_nothing(cast("LocalStack", stack), "RollupFunction")
    assert stack.asked == [("RollupFunction", {"Records": []})]


@pytest.mark.parametrize(
    ("result", "why"), [(FunctionFailed(b'{"errorType": "NameError"}'), "NameError"), (Throttled(), "Throttled")]
)
def test_a_function_that_fails_is_told_with_what_to_do(result: InvocationResult, why: str) -> None:
    with pytest.raises(LoadError, match=rf"^IngestFunction failed on the local stack, .*{why}.*`make run`"):
        invoke(cast("LocalStack", _Stack(result)), "IngestFunction", {"Records": [1]})
