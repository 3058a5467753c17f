"""The program of an execution environment: loads a function's handler and runs its invocations, one after another.

A client of the Lambda Runtime API ("Using the Lambda runtime API for custom runtimes", AWS Lambda Developer Guide),
in place of AWS's own for Python; or AWS's own, where a folder holds it (``LAMBDA_RUNTIME_DIR``, which must be on the
path). It is run as a file, with nothing but the standard library, so that a function finds its own code and no more.
"""

import http.client
import importlib
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, Final

VERSION: Final = "/2018-06-01/runtime"

Handler = Callable[[Any, "LambdaContext"], Any]


class LambdaContext:
    """What a handler is told about its invocation ("Using the Lambda context object", same guide)."""

    def __init__(self, headers: "http.client.HTTPMessage") -> None:
        """Read an invocation's headers and this environment's variables."""
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = None
        self.client_context = None
        self._deadline_ms = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the invocation may still take."""
        return max(0, self._deadline_ms - int(time.time() * 1000))


def end_with_parent() -> None:
    """End this process when its standard input does, which the parent holds open while it lives."""

    def wait() -> None:
        # Not by Python's own reader: this thread would hold its lock when the process ends otherwise, and Python abort.
        while os.read(sys.stdin.fileno(), 1):
            pass
        os._exit(0)

    threading.Thread(target=wait, name="parent", daemon=True).start()


class RuntimeClient:
    """Speaks with the Runtime API over one lasting connection."""

    def __init__(self, address: str) -> None:
        """Speak with the API at ``host:port``."""
        self._connection = http.client.HTTPConnection(address)

    def next(self) -> tuple["http.client.HTTPMessage", bytes]:
        """Wait for an invocation; return its headers and event."""
        self._connection.request("GET", f"{VERSION}/invocation/next")
        answer = self._connection.getresponse()
        return answer.headers, answer.read()

    def post(self, path: str, body: bytes, error_type: str | None = None) -> None:
        """Report what became of an invocation or of the start."""
        headers = {"Content-Type": "application/json"}
        if error_type is not None:
            headers["Lambda-Runtime-Function-Error-Type"] = error_type
        self._connection.request("POST", f"{VERSION}{path}", body=body, headers=headers)
        self._connection.getresponse().read()


def load_handler(name: str) -> Handler:
    """Import the handler that a function's Handler property names, like ``package.module.function``."""
    module, _, attribute = name.rpartition(".")
    handler: Handler = getattr(importlib.import_module(module.replace("/", ".")), attribute)
    return handler


def error_body(error: BaseException, request_id: str) -> bytes:
    """Return an exception as Lambda's Python runtime reports it."""
    return json.dumps(
        {
            "errorMessage": str(error),
            "errorType": type(error).__name__,
            "requestId": request_id,
            "stackTrace": traceback.format_tb(error.__traceback__),
        }
    ).encode()


def run(client: RuntimeClient, handler: Handler) -> None:
    """Run invocations until the process is killed."""
    while True:
        headers, event = client.next()
        context = LambdaContext(headers)
        path = f"/invocation/{context.aws_request_id}"
        try:
            answer = json.dumps(handler(json.loads(event), context)).encode()
        except Exception as error:  # noqa: BLE001 - whatever the handler raises is the invocation's error
            traceback.print_exc()
            client.post(f"{path}/error", error_body(error, context.aws_request_id), "Unhandled")
        else:
            client.post(f"{path}/response", answer)


def main() -> None:
    """Load the handler, then run invocations."""
    end_with_parent()
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    if "LAMBDA_RUNTIME_DIR" in os.environ:
        importlib.import_module("awslambdaric.__main__").main(["bootstrap", os.environ["_HANDLER"]])
        return
    client = RuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ["_HANDLER"])
    except Exception as error:  # noqa: BLE001 - whatever importing raises is the start's error
        traceback.print_exc()
        client.post("/init/error", error_body(error, ""), "Runtime.Unknown")
        sys.exit(1)
    try:
        run(client, handler)
    except (ConnectionError, http.client.HTTPException):
        sys.exit(0)  # the stack has stopped


if __name__ == "__main__":
    main()
