import pytest

from penstock.delivery.calls import CallFailure, ListShards, PutRecords, PutRecordsAnswer, RecordAnswer
from penstock.failure_log import FailureLog

PUT = PutRecords([], 0.0)
WRITTEN = RecordAnswer("shardId-000000000000", "1")
THROTTLED = RecordAnswer(error_code="ProvisionedThroughputExceededException", error_message="Rate exceeded")
FAILED = RecordAnswer(error_code="InternalFailure", error_message="Internal service failure.")


class Log:
    """A log whose clock is moved by hand."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.now = 0.0
        self.log = FailureLog("events", lambda: self.now)
        self._caplog = caplog

    def take(self) -> list[str]:
        messages = [record.getMessage() for record in self._caplog.records]
        self._caplog.clear()
        return messages


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    return Log(caplog)


def test_records_that_failed_in_a_call_that_succeeded_are_counted_by_code(log: Log) -> None:
    log.log.note(PUT, PutRecordsAnswer([THROTTLED, WRITTEN, FAILED, THROTTLED]))
    assert sorted(log.take()) == [
        "1 of the 4 records in a call to events failed with InternalFailure: Internal service failure.",
        "2 of the 4 records in a call to events failed with ProvisionedThroughputExceededException: Rate exceeded",
    ]


def test_a_failed_call_is_named(log: Log) -> None:
    log.log.note(ListShards(None), CallFailure("ServiceUnavailable", "try later", 503))
    assert log.take() == ["ListShards on events failed with ServiceUnavailable: try later"]


def test_what_succeeds_is_not_logged(log: Log) -> None:
    log.log.note(PUT, PutRecordsAnswer([WRITTEN]))
    assert log.take() == []


def test_each_code_is_logged_at_most_once_in_ten_seconds(log: Log) -> None:
    throttled = PutRecordsAnswer([THROTTLED])
    log.log.note(PUT, throttled)
    log.now = 9.9
    log.log.note(PUT, throttled)
    assert len(log.take()) == 1
    log.log.note(PUT, PutRecordsAnswer([FAILED]))
    assert len(log.take()) == 1
    log.now = 10.0
    log.log.note(PUT, throttled)
    assert len(log.take()) == 1
