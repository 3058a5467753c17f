"""Who watches a local stack's functions, as CloudWatch would: a load test."""

from typing import Protocol


class Observer(Protocol):
    """Is told of what functions do, from several threads at once. It must return at once."""

    def invoked(self, logical_id: str, seconds: float, *, failed: bool) -> None:
        """Take note of an invocation: how long the function ran, without the start of its environment.

        Args:
            logical_id: the function's, in the template.
            seconds: from the event's being handed over to the answer.
            failed: whether the answer was an error.
        """

    def measured(self, service: str, metric: str, value: float) -> None:
        """Take note of a metric that a function logged, with `service` as its only dimension."""
