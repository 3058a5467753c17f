"""Calls of a simulated service: each is one step, and a hook says what becomes of it."""

from collections.abc import Callable
from typing import Any, TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

from simulation.services.faults import Fault

Answer = TypeVar("Answer")


class SimulatedService:
    """What all simulated services have in common: hooks around their calls, and boto3's exceptions."""

    def __init__(self, service: str, throttle_code: str) -> None:
        """Take the service's name, and the error code by which it refuses a call that comes too fast."""
        self.before_call: Callable[[str], Fault] = lambda _: Fault.NONE
        """Called with the operation's name before each call; says what happens to it. May raise, as one who kills the
        caller does."""
        self.after_call: Callable[[str], object] = lambda _: None
        """Called when the call has been carried out and its answer not yet given; may raise."""
        self.calls: list[str] = []
        """Operations, in order of their calls."""
        self._service = service
        self._throttle_code = throttle_code

    def call(self, operation: str, effect: Callable[[], Answer]) -> Answer:
        """Carry out one call, unless the hook says otherwise.

        Raises:
            ClientError: the service refuses it, or is told to.
            ReadTimeoutError: the request or the answer is lost.
        """
        fault = self.before_call(operation)
        self.calls.append(operation)
        if fault is Fault.THROTTLED:
            raise client_error(self._throttle_code, operation)
        if fault is Fault.LOST_REQUEST:
            raise ReadTimeoutError(endpoint_url=f"https://{self._service}")
        if fault is Fault.REPEATED:
            effect()
        answer = effect()
        self.after_call(operation)
        if fault is Fault.LOST_ANSWER:
            raise ReadTimeoutError(endpoint_url=f"https://{self._service}")
        return answer


def client_error(code: str, operation: str, message: str = "as told", **response: Any) -> ClientError:  # noqa: ANN401
    """Return the exception that a boto3 client raises for an error code of the service.

    `response` is what the answer says beside the error.
    """
    body: dict[str, Any] = {"Error": {"Code": code, "Message": message}, **response}
    return ClientError(body, operation)  # type: ignore[arg-type]  # a service may add what it likes to an answer
