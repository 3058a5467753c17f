"""Packages run by AWS's own client of the Runtime API: their environment, their limits, and how they fail."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from local.functions.metrics import Metrics
from local.functions.pool import Functions
from local.functions.runtime import ArtifactRuntime
from local.template.resources import Function
from simulation.event_source_mapping.invocation import Answered, FunctionFailed

MEGABYTES = 256
HANDLERS = {
    "handlers.py": """
        import importlib.util, json, logging, os, sys, time

        calls = 0

        def main(event, context):
            global calls
            calls += 1
            match event.get("do"):
                case "raise":
                    raise ValueError("asked to")
                case "exit":
                    os._exit(3)
                case "hang":
                    time.sleep(3600)
                case "fill":
                    held = [bytearray(os.urandom(1)) * 2**20 for _ in range(event["megabytes"])]
                    del held
                case "log":
                    logging.getLogger().warning("a line")
            return {
                "calls": calls,
                "process": os.getpid(),
                "environment": dict(os.environ),
                "path": sys.path,
                "cwd": os.getcwd(),
                "id": context.aws_request_id,
                "arn": context.invoked_function_arn,
                "memory": context.memory_limit_in_mb,
                "remaining": context.get_remaining_time_in_millis(),
                "client": type(context).__module__,
                "modules": [name for name in ("boto3", "pytest", "local") if importlib.util.find_spec(name)],
            }
        """,
    "broken.py": "import no_such_thing",
    "large.py": "held = bytearray(b'x') * 300 * 2**20\ndef main(event, context): return 1",
}
RESERVED = {
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_FORMAT",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "PATH",
    "PYTHONPATH",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
}
"""Of "Defined runtime environment variables", AWS Lambda Developer Guide; and AWS_LAMBDA_LOG_FORMAT, which AWS's client
reads."""
OF_THIS_MACHINE = {"AWS_CONFIG_FILE", "AWS_ENDPOINT_URL", "AWS_SHARED_CREDENTIALS_FILE", "AWS_XRAY_SDK_ENABLED"}
"""So that calls stay here."""


class Running:
    """Functions of one small package."""

    def __init__(self, folder: Path, runtime: Path) -> None:
        self.folder = folder
        self._runtime = runtime
        self.functions = Functions([], "", Metrics(), folder, concurrency=1)
        (folder / "F").mkdir()
        for place, text in HANDLERS.items():
            (folder / "F" / place).write_text(dedent(text))

    def start(self, handler: str = "handlers.main", timeout: int = 60) -> None:
        """Have one function, `F`."""
        function = Function(
            logical_id="F",
            name="stack-F",
            arn="arn:aws:lambda:us-east-1:123456789012:function:stack-F",
            role_arn="",
            handler=handler,
            runtime="python3.14",
            memory_megabytes=MEGABYTES,
            timeout_seconds=timeout,
            environment={"SETTING": "of the template"},
            reserved_concurrency=None,
            log_group="/group",
            log_format="JSON",
            code=Path("/nowhere"),
        )
        runtime = ArtifactRuntime(self.folder, self._runtime)
        self.functions = Functions([function], "http://127.0.0.1:9", Metrics(), self.folder, 1, runtime=runtime)

    def answer(self, **event: Any) -> dict[str, Any]:  # noqa: ANN401 - members of an event
        """Invoke it and return what it answers."""
        result = self.functions.invoke("F", json.dumps(event).encode())
        assert isinstance(result, Answered), result
        found: dict[str, Any] = json.loads(result.payload)
        return found

    def error(self, **event: Any) -> tuple[str, str]:  # noqa: ANN401 - members of an event
        """Invoke it and return the type and message of the error that it ends with."""
        result = self.functions.invoke("F", json.dumps(event).encode())
        assert isinstance(result, FunctionFailed), result
        found = json.loads(result.payload)
        return found["errorType"], found["errorMessage"]

    @property
    def log(self) -> str:
        """What the function has logged."""
        return (self.folder / "F.log").read_text()


@pytest.fixture
def running(tmp_path: Path, runtime_here: Path) -> Iterator[Running]:
    """Functions that end with the test."""
    functions = Running(tmp_path, runtime_here)
    yield functions
    functions.functions.stop()


def test_a_handler_finds_lambdas_variables_the_templates_and_its_package(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THE_USER", "x")
    running.start()
    answer = running.answer()
    assert answer["client"] == "awslambdaric.lambda_context"
    # Python adds LC_CTYPE by itself where the machine does not know the language.
    assert answer["environment"].keys() - {"LC_CTYPE"} == RESERVED | OF_THIS_MACHINE | {"SETTING"}
    assert answer["environment"]["SETTING"] == "of the template"
    assert answer["cwd"] == answer["path"][0] == str(running.folder / "F")
    assert not [each for each in answer["path"] if "site-packages" in each]
    assert answer["modules"] == ["boto3"], "the runtime's, and nothing else that is installed here"
    assert (answer["memory"], answer["arn"].rpartition(":")[2]) == (str(MEGABYTES), "stack-F")
    assert 0 < answer["remaining"] <= 60_000


def test_an_environment_is_kept_and_an_exception_does_not_end_it(running: Running) -> None:
    running.start()
    first = running.answer()
    assert running.error(do="raise") == ("ValueError", "asked to")
    second = running.answer(do="log")
    assert (first["process"], first["calls"], second["calls"]) == (second["process"], 1, 3)
    assert first["id"] != second["id"]
    assert json.loads(running.log.splitlines()[-1])["message"] == "a line"


def test_a_crash_is_answered_and_the_next_invocation_starts_anew(running: Running) -> None:
    running.start()
    first = running.answer()
    kind, message = running.error(do="exit")
    assert (kind, message.partition("Error: ")[2]) == ("Runtime.ExitError", "Runtime exited with error: exit status 3")
    second = running.answer()
    assert (second["calls"], second["process"] != first["process"]) == (1, True)


def test_a_timeout_kills(running: Running) -> None:
    running.start(timeout=2)
    first = running.answer()
    kind, message = running.error(do="hang")
    assert (kind, message.partition("Error: ")[2]) == ("Sandbox.Timedout", "Task timed out after 2.00 seconds")
    with pytest.raises(ProcessLookupError):
        os.kill(first["process"], 0)


def test_memory_above_the_functions_kills_even_when_it_was_given_back(running: Running) -> None:
    running.start()
    first = running.answer(do="fill", megabytes=MEGABYTES // 2)
    assert running.answer()["process"] == first["process"], "half of it may be used"
    kind, message = running.error(do="fill", megabytes=MEGABYTES)
    assert (kind, message.partition("Error: ")[2]) == (
        "Runtime.ExitError",
        "Runtime exited with error: signal: SIGKILL",
    )
    assert f"and its function has {MEGABYTES * 2**20:,}: killed" in running.log
    assert running.answer()["calls"] == 1


@pytest.mark.parametrize(
    ("handler", "kind", "word"),
    [
        ("broken.main", "Runtime.ImportModuleError", "no_such_thing"),
        ("handlers.absent", "Runtime.HandlerNotFound", "absent"),
        ("large.main", "Runtime.ExitError", "SIGKILL"),
    ],
)
def test_what_does_not_start_fails_each_invocation(running: Running, handler: str, kind: str, word: str) -> None:
    running.start(handler)
    for _ in range(2):
        found, message = running.error()
        assert (found, word in message) == (kind, True)
