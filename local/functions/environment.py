"""One execution environment: a process of its own that runs a function's invocations, one at a time.

Its life is Lambda's ("Understanding the Lambda execution environment lifecycle", AWS Lambda Developer Guide): it is
started for an invocation that finds none idle, kept for later ones, killed when an invocation exceeds the function's
timeout, and replaced after a crash.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from concurrent.futures import TimeoutError as OutcomeTimeoutError
from typing import Final
from uuid import uuid4

from local.functions.memory import LOOK_SECONDS, peak_bytes
from local.functions.output import FunctionLog, OutputReader
from local.functions.runtime import Launch
from local.functions.runtime_api import Invocation, Outcome, RuntimeApi
from local.services.session import ACCESS_KEY, REGION
from local.template.resources import Function
from simulation.event_source_mapping.invocation import Answered, FunctionFailed, InvocationResult

START_SECONDS: Final = 10
"""How long an environment may take to start ("Init phase", same page) before the invocation's own time runs."""

VERSION: Final = "$LATEST"


class ExecutionEnvironment:
    """A started environment. `invoke` is for one thread at a time; `close` may be called by any."""

    def __init__(self, function: Function, launch: Launch, endpoint: str, log: FunctionLog) -> None:
        """Start the process.

        Args:
            function: What it runs.
            launch: How.
            endpoint: Where its AWS SDK finds every service.
            log: Takes what it writes.
        """
        self._function = function
        self._api = RuntimeApi()
        self._launch = launch
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter and this package's own file
            launch.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment_variables(function, launch, endpoint, self._api.address),
            cwd=launch.folder,
            start_new_session=True,  # Ctrl-C is for the parent, which drains first
        )
        assert self._process.stdout is not None and self._process.stderr is not None  # noqa: S101, PT018 - pipes
        self._output = OutputReader([self._process.stdout, self._process.stderr], log)
        self._log = log
        self._current: Invocation | None = None
        self._ended = threading.Event()
        self._closing = threading.Lock()
        self._closed = False
        threading.Thread(target=self._watch, name="environment", daemon=True).start()
        if launch.memory_bytes is not None:
            threading.Thread(target=self._watch_memory, name="memory", daemon=True).start()

    @property
    def process_id(self) -> int:
        """The process of the environment."""
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether it can take another invocation."""
        return not self._closed and self._process.poll() is None and self._api.start_error is None

    def wait_until_started(self) -> None:
        """Wait until it takes invocations, or `invoke` can say why it does not."""
        self._api.started.wait(START_SECONDS + self._function.timeout_seconds)

    def invoke(self, payload: bytes) -> InvocationResult:
        """Run one invocation and wait for it. Whatever goes wrong in the function is a result, not an exception."""
        request_id = str(uuid4())
        timeout = self._function.timeout_seconds
        if not self._api.started.wait(START_SECONDS + timeout):
            self.kill()
            return FunctionFailed(self._timed_out(request_id).payload, request_id=request_id)
        if self._api.start_error is not None:
            return FunctionFailed(self._api.start_error, request_id=request_id)
        invocation = Invocation(request_id, self._function.arn, payload, time.time() + timeout)
        self._current = invocation
        if self._process.poll() is not None:
            invocation.settle(self._exit_outcome(request_id))
        self._api.offer(invocation)
        try:
            outcome = invocation.outcome.result(timeout)
        except OutcomeTimeoutError:
            self.kill()
            outcome = self._timed_out(request_id)
        if self._has_too_much():
            self.kill()
            outcome = self._exit_outcome(request_id)
        self._output.drain()
        if outcome.failed:
            return FunctionFailed(outcome.payload, request_id=request_id)
        return Answered(outcome.payload, request_id)

    def kill(self) -> None:
        """Kill the process and all it started."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself just now
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def close(self) -> None:
        """Kill the process, if it still runs, and free what it held. Repeating this does nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self.kill()
        self._output.join(1.0)
        self._api.close()
        self._process.stdin.close()  # type: ignore[union-attr] # it is a pipe

    def _watch(self) -> None:
        """Tell whoever waits that the process has ended."""
        self._process.wait()
        self._ended.set()
        self._api.started.set()
        if self._current is not None and not self._current.outcome.done():
            self._output.join(1.0)
            outcome = self._exit_outcome(self._current.request_id)
            self._log.write(json.loads(outcome.payload)["errorMessage"])
            self._current.settle(outcome)

    def _watch_memory(self) -> None:
        """Kill the process once it has more memory than its function."""
        while not self._ended.wait(LOOK_SECONDS):
            if self._has_too_much():
                self.kill()

    def _has_too_much(self) -> bool:
        """Tell whether the process has ever had more memory than its function, and log it if so."""
        most = self._launch.memory_bytes
        if most is None or self._process.poll() is not None:
            return False
        peak = peak_bytes(self._process.pid)
        if peak is None or peak <= most:
            return False
        self._log.write(f"The process has had {peak:,} bytes of memory, and its function has {most:,}: killed")
        return True

    def _timed_out(self, request_id: str) -> Outcome:
        message = f"RequestId: {request_id} Error: Task timed out after {self._function.timeout_seconds}.00 seconds"
        self._log.write(message)
        return _error("Sandbox.Timedout", message)

    def _exit_outcome(self, request_id: str) -> Outcome:
        status = self._process.returncode
        how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        return _error("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited with error: {how}")


def environment_variables(function: Function, launch: Launch, endpoint: str, runtime_api: str) -> Mapping[str, str]:
    """Return all variables of an environment: nothing of this process's own but where to find programs.

    Source: "Defined runtime environment variables", AWS Lambda Developer Guide.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_megabytes),
        "AWS_LAMBDA_FUNCTION_VERSION": VERSION,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{time.strftime('%Y/%m/%d', time.gmtime())}/[{VERSION}]{uuid4().hex}",
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_XRAY_SDK_ENABLED": "false",  # nothing here takes traces
        "LAMBDA_TASK_ROOT": str(launch.folder),
        "_HANDLER": function.handler,
        **launch.variables,
        **function.environment,
    }


def _error(kind: str, message: str) -> Outcome:
    return Outcome(json.dumps({"errorType": kind, "errorMessage": message}).encode(), failed=True)
