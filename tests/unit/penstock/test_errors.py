import pickle

from penstock.aggregation import UserRecord
from penstock.delivery.outcomes import Attempt
from penstock.errors import DamagedAggregateError, StreamNotFoundError


def test_an_undelivered_event_s_error_travels_between_processes_whole() -> None:
    event = UserRecord("key", None, b"data")
    attempts = (Attempt(1, 1.0, 0.5, "ResourceNotFoundException"),)
    error = StreamNotFoundError("no stream", code="ResourceNotFoundException", attempts=attempts, event=event)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - its own
    assert isinstance(copy, StreamNotFoundError)
    assert (str(copy), copy.code, copy.attempts, copy.event) == (str(error), error.code, attempts, event)


def test_the_reason_of_damage_travels_too() -> None:
    copy = pickle.loads(pickle.dumps(DamagedAggregateError("it is cut off")))  # noqa: S301 - its own
    assert isinstance(copy, DamagedAggregateError)
    assert copy.reason == "it is cut off"
