from penstock.aggregation import UserRecord
from penstock.delivery.outcomes import Failure
from penstock.errors import AccessDeniedError


def test_a_failed_record_is_read_once_however_many_events_ask() -> None:
    events = [UserRecord("key", None, b"%d" % number) for number in range(3)]
    reads = []

    def read_events() -> list[UserRecord]:
        reads.append(1)
        return events

    failure = Failure(AccessDeniedError, "not allowed", code=None, attempts=(), read_events=read_events)
    assert not reads
    assert [failure.error(index).event for index in range(3)] == events
    assert reads == [1]
