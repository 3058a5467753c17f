"""Functions run in processes of their own, as Lambda's execution environments do."""

import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local.functions.metrics import Metrics
from local.functions.pool import STOPPED, Functions
from local.template.resources import Function
from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult, NotInvoked, Throttled

HANDLERS = """
    import json, os, sys, time

    print("loaded")
    calls = 0

    def main(event, context):
        global calls
        calls += 1
        action = event.get("do")
        if action == "raise":
            raise ValueError("asked to")
        if action == "exit":
            os._exit(event["status"])
        if action == "kill":
            os.kill(os.getpid(), 9)
        if action == "hang":
            os.fork() or time.sleep(60)
            time.sleep(60)
        if action == "unserialisable":
            return object()
        if action == "large":
            return "x" * event["size"]
        if action == "wait":
            open(event["started"], "w").close()
            open(event["go"]).read()
        if action == "log":
            print(json.dumps(event["line"]))
            print("a plain line")
            sys.stderr.write("an unfinished line")
        return {
            "process": os.getpid(),
            "calls": calls,
            "id": context.aws_request_id,
            "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb,
            "remaining": context.get_remaining_time_in_millis(),
            "cwd": os.getcwd(),
            "path": sys.path[0],
            "environment": dict(os.environ),
        }
    """


class Stack:
    """Functions made of the handlers above."""

    def __init__(self, folder: Path) -> None:
        (folder / "handlers.py").write_text(dedent(HANDLERS))
        (folder / "broken.py").write_text("raise ImportError('no such thing')")
        self.folder = folder
        self.metrics = Metrics()
        self.functions = Functions([], "", self.metrics, folder, 1)

    def start(self, *, handler: str = "handlers.main", timeout: int = 20, reserved: int | None = None) -> Function:
        """Have one function, `F`."""
        function = Function(
            logical_id="F",
            name="stack-F",
            arn="arn:aws:lambda:us-east-1:123456789012:function:stack-F",
            role_arn="",
            handler=handler,
            runtime="python3.13",
            memory_megabytes=256,
            timeout_seconds=timeout,
            environment={"SETTING": "of the template"},
            reserved_concurrency=reserved,
            log_group="/group",
            log_format="JSON",
            code=self.folder,
        )
        self.functions = Functions([function], "http://127.0.0.1:9", self.metrics, self.folder, 2)
        return function

    def invoke(self, **event: Any) -> InvocationResult:  # noqa: ANN401 - members of an event
        """Invoke it."""
        return self.functions.invoke("F", json.dumps(event).encode())

    def answer(self, **event: Any) -> dict[str, Any]:  # noqa: ANN401 - members of an event
        """Invoke it and return what it answers."""
        result = self.invoke(**event)
        assert isinstance(result, Answered), result
        found: dict[str, Any] = json.loads(result.payload)
        return found

    def error(self, **event: Any) -> dict[str, Any]:  # noqa: ANN401 - members of an event
        """Invoke it and return the error it ends with."""
        result = self.invoke(**event)
        assert isinstance(result, FunctionFailed), result
        found: dict[str, Any] = json.loads(result.payload)
        return found

    @property
    def log(self) -> str:
        """What the function has logged."""
        return (self.folder / "F.log").read_text()


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """Functions that end with the test."""
    running = Stack(tmp_path)
    yield running
    running.functions.stop()


def test_a_handler_gets_event_context_and_environment(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OF_THE_USER", "x")
    stack.start()
    answer = stack.answer()
    assert answer["arn"].endswith(":function:stack-F")
    assert answer["memory"] == "256"
    assert 0 < answer["remaining"] <= 20_000
    assert answer["path"] == str(stack.folder)
    assert answer["environment"]["SETTING"] == "of the template"
    assert answer["environment"]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9"
    assert answer["environment"]["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert "OF_THE_USER" not in answer["environment"]


def test_an_environment_is_reused_and_each_invocation_has_its_own_id(stack: Stack) -> None:
    stack.start()
    first, second = stack.answer(), stack.answer()
    assert first["process"] == second["process"]
    assert (first["calls"], second["calls"]) == (1, 2)
    assert first["id"] != second["id"]


def test_an_exception_is_a_function_error_and_the_environment_lives_on(stack: Stack) -> None:
    stack.start()
    first = stack.answer()
    error = stack.error(do="raise")
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "asked to")
    assert stack.answer()["process"] == first["process"]


def test_an_answer_that_is_no_json_is_a_function_error(stack: Stack) -> None:
    stack.start()
    assert stack.error(do="unserialisable")["errorType"] == "TypeError"


def test_an_answer_above_six_megabytes_is_a_function_error(stack: Stack) -> None:
    stack.start()
    assert stack.error(do="large", size=6_291_556)["errorType"] == "Function.ResponseSizeTooLarge"
    result = stack.invoke(do="large", size=6_291_554)
    assert isinstance(result, Answered)
    assert len(result.payload) == 6_291_556


@pytest.mark.parametrize(
    ("event", "how"),
    [
        ({"do": "exit", "status": 3}, "exit status 3"),
        ({"do": "exit", "status": 0}, "exit status 0"),
        ({"do": "kill"}, "SIGKILL"),
    ],
)
def test_a_crash_is_a_function_error_and_the_next_invocation_starts_anew(
    stack: Stack, event: dict[str, Any], how: str
) -> None:
    stack.start()
    first = stack.answer()
    error = stack.error(**event)
    assert error["errorType"] == "Runtime.ExitError"
    assert how in error["errorMessage"]
    assert how in stack.log
    second = stack.answer()
    assert (second["calls"], second["process"] != first["process"]) == (1, True)


def test_a_timeout_kills_the_environment_and_all_it_started(stack: Stack) -> None:
    stack.start(timeout=1)
    error = stack.error(do="hang")
    assert error["errorType"] == "Sandbox.Timedout"
    assert "Task timed out after 1.00 seconds" in error["errorMessage"]
    assert "Task timed out" in stack.log
    assert stack.answer()["calls"] == 1


def test_a_function_that_does_not_load_fails_each_invocation(stack: Stack) -> None:
    stack.start(handler="broken.main")
    for _ in range(2):
        error = stack.error()
        assert (error["errorType"], error["errorMessage"]) == ("ImportError", "no such thing")
    assert "no such thing" in stack.log


def test_a_handler_that_does_not_exist_is_named(stack: Stack) -> None:
    stack.start(handler="handlers.absent")
    assert "absent" in stack.error()["errorMessage"]


def test_a_function_that_is_held_is_throttled_until_it_is_not(stack: Stack) -> None:
    stack.start()
    stack.functions.hold("F", held=True)
    assert isinstance(stack.invoke(), Throttled)
    stack.functions.hold("F", held=False)
    assert stack.answer()["calls"] == 1


def test_another_version_begins_with_the_next_invocation(stack: Stack) -> None:
    function = stack.start()
    process = stack.answer()["process"]
    stack.functions.deploy(replace(function, handler="handlers.absent"))
    assert "absent" in stack.error()["errorMessage"]
    stack.functions.deploy(function)
    assert stack.answer()["process"] != process
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_an_invocation_under_way_ends_with_the_version_before(stack: Stack, tmp_path: Path) -> None:
    function = stack.start()
    started, go = tmp_path / "started", tmp_path / "go"
    os.mkfifo(started)
    os.mkfifo(go)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(stack.answer, do="wait", started=str(started), go=str(go))
        started.read_text()
        stack.functions.deploy(replace(function, environment={"SETTING": "of the next"}))
        go.write_text("")
        answered = under_way.result()
    assert answered["environment"]["SETTING"] == "of the template"
    after = stack.answer()
    assert (after["environment"]["SETTING"], after["calls"]) == ("of the next", 1)


def test_metrics_are_summed_when_the_result_is_known(stack: Stack) -> None:
    stack.start()
    directive = {"Namespace": "N", "Dimensions": [[]], "Metrics": [{"Name": "Lines"}]}
    for count in range(1, 4):
        stack.answer(do="log", line={"_aws": {"CloudWatchMetrics": [directive]}, "Lines": 1})
        assert stack.metrics.total("Lines") == count
    assert stack.log.splitlines() == ["loaded", *["a plain line"] * 3]
    stack.functions.stop()
    assert stack.log.splitlines()[-1] == "an unfinished line" * 3


class Waiting:
    """An invocation that goes on when it is told to."""

    def __init__(self, stack: Stack, pool: ThreadPoolExecutor, name: str) -> None:
        self._paths = {key: str(stack.folder / f"{name}-{key}") for key in ("started", "go")}
        for path in self._paths.values():
            os.mkfifo(path)
        self.result: Future[InvocationResult] = pool.submit(stack.invoke, do="wait", **self._paths)

    def started(self) -> None:
        """Wait until the handler runs."""
        Path(self._paths["started"]).read_bytes()

    def go(self) -> InvocationResult:
        """Let the handler end, and return the result."""
        Path(self._paths["go"]).write_bytes(b"")
        return self.result.result(20)


@pytest.fixture
def waiting(stack: Stack) -> Iterator[Callable[[str], Waiting]]:
    """Starts invocations that wait."""
    with ThreadPoolExecutor() as pool:
        yield lambda name: Waiting(stack, pool, name)


def test_concurrent_invocations_have_an_environment_each(stack: Stack, waiting: Callable[[str], Waiting]) -> None:
    stack.start()
    both = [waiting("a"), waiting("b")]
    for each in both:
        each.started()
    results = [each.go() for each in both]
    assert len({json.loads(result.payload)["process"] for result in results if isinstance(result, Answered)}) == 2
    assert len(stack.functions.process_ids()) == 2


def test_reserved_concurrency_throttles_what_exceeds_it(stack: Stack, waiting: Callable[[str], Waiting]) -> None:
    stack.start(reserved=1)
    one = waiting("a")
    one.started()
    assert stack.invoke() == Throttled()
    assert isinstance(one.go(), Answered)
    assert isinstance(stack.invoke(), Answered)


@pytest.mark.parametrize("reserved", [None, 3])
def test_this_machines_limit_makes_invocations_wait(
    stack: Stack, waiting: Callable[[str], Waiting], reserved: int | None
) -> None:
    stack.start(reserved=reserved)
    both = [waiting("a"), waiting("b")]
    for each in both:
        each.started()
    third = waiting("c")
    assert isinstance(both[0].go(), Answered)
    third.started()
    assert all(isinstance(each.go(), Answered) for each in (both[1], third))
    assert len(stack.functions.process_ids()) == 2


def test_stopping_fails_what_runs_and_refuses_what_comes(stack: Stack, waiting: Callable[[str], Waiting]) -> None:
    stack.start()
    one = waiting("a")
    one.started()
    stack.functions.stop()
    stack.functions.stop()
    assert isinstance(one.result.result(20), FunctionFailed)
    assert stack.invoke() == STOPPED
    assert isinstance(STOPPED, NotInvoked)
    assert stack.functions.process_ids() == []


def test_an_invocation_in_the_background_has_a_result_too(stack: Stack) -> None:
    stack.start()
    assert isinstance(stack.functions.invoke_later("F", b"{}").result(20), Answered)
