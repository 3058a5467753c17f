"""What is started to be timed, and what the times say."""

import time
from collections.abc import Mapping
from typing import Any, cast

import pytest

from load.calibration import starts
from load.calibration.starts import TIMES, TOGETHER, at_once, measure_starts
from load.measure.functions import FUNCTIONS
from local.stack import CONCURRENCY, LocalStack
from simulation.event_source_mapping.invocation import Answered, InvocationResult


class _Stack:
    def __init__(self) -> None:
        self.started: list[tuple[str, list[str]]] = []
        """A function that was deployed, and which were invoked until the next was."""

    def deploy(self, logical_id: str) -> None:
        self.started.append((logical_id, []))

    def invoke(self, logical_id: str, _event: Mapping[str, Any]) -> InvocationResult:
        self.started[-1][1].append(logical_id)
        return Answered(b"{}")


@pytest.mark.parametrize(
    ("together", "expected"),
    [
        ({2: 0.4, 4: 0.8}, 2.0),
        ({2: 0.41, 3: 0.6, 4: 0.8}, 2.0),
        ({2: 0.8, 4: 1.6}, 1.0),
        ({2: 1.6, 4: 3.2}, 0.5),
        ({2: 0.4, 3: 0.6, 4: 1.6}, 1.5),
        ({2: 0.4, 3: 0.4, 4: 0.41}, 4.0),
        ({2: 0.4, 8: 0.4, 12: 0.6, 16: 0.8}, 8.0),
    ],
)
def test_as_many_start_at_once_as_take_no_longer_than_one(together: dict[int, float], expected: float) -> None:
    assert at_once(0.4, together) == pytest.approx(expected)


def test_each_function_is_started_by_itself_and_ingest_by_as_many_as_a_stack_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(starts, "REST_SECONDS", 0.0)
    stack = _Stack()

    shown: list[str] = []

    found = measure_starts(cast("LocalStack", stack), shown.append)

    kinds = [(function, 1) for function in FUNCTIONS.values()] + [("IngestFunction", many) for many in TOGETHER]
    assert stack.started == [(function, [function] * many) for function, many in (1 + TIMES) * kinds]
    assert max(TOGETHER) == CONCURRENCY
    assert shown == [f"local stack: {number} of {1 + TIMES} starts of each function" for number in range(1 + TIMES)]
    assert all(0 < each.median <= each.p99 for _, each in found.alone)
    assert found.at_once > 0


def test_the_first_start_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starts, "REST_SECONDS", 0.0)
    now = 0.0
    monkeypatch.setattr(time, "perf_counter", lambda: now)

    class _SlowAtFirst(_Stack):
        def invoke(self, logical_id: str, event: Mapping[str, Any]) -> InvocationResult:
            nonlocal now
            now += 1.0 if any(logical_id in invoked for _, invoked in self.started) else 60.0
            return super().invoke(logical_id, event)

    found = measure_starts(cast("LocalStack", _SlowAtFirst()), lambda _: None)

    assert all(each.p99 == 1.0 for _, each in found.alone)
