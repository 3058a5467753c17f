"""What becomes of a record of two events: it is in the stream, or not allowed there."""

from penstock.aggregation import UserRecord
from penstock.delivery.completion import Completion
from penstock.delivery.outcomes import Failure, Outcome, PutResult
from penstock.errors import AccessDeniedError

RESULT = PutResult("shardId-000000000000", "1", ())
EVENTS = [UserRecord("a", None, b"1"), UserRecord("b", None, b"2")]
FAILURE = Failure(AccessDeniedError, "not allowed", code="AccessDenied", attempts=(), read_events=lambda: EVENTS)


def settle(completion: Completion, outcome: Outcome) -> None:
    """Settle as a producer does."""
    for observer in completion.settle(outcome):
        observer.call()
