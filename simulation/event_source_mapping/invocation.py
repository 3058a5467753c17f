"""What became of one invocation, as whoever invokes the function tells the poller.

A function error is the function's doing and counts as an attempt; a throttle or any other reason for which the
function never saw the event does not ("Retain discarded batch records for a Kinesis Data Streams event source in
Lambda": before and during invocation).
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answered:
    """The function returned. `payload` is its answer in JSON, `null` when it returned nothing."""

    payload: bytes
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class FunctionFailed:
    """The function raised, was killed at its timeout, or died. `kind` is Lambda's X-Amz-Function-Error."""

    payload: bytes = b""
    kind: str = "Unhandled"
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Throttled:
    """Lambda refused the invocation for lack of concurrency (TooManyRequestsException)."""


@dataclass(frozen=True, slots=True)
class NotInvoked:
    """The event did not reach the function for another reason: an error of the service or of the way to it."""

    reason: str


InvocationResult = Answered | FunctionFailed | Throttled | NotInvoked

Invoke = Callable[[bytes], InvocationResult]
"""Invoke the mapping's function synchronously with an event in JSON (at most 6 MiB), and wait. Called from
several threads at once where the mapping allows concurrent batches."""
