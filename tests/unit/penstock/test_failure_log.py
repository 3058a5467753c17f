import pytest

from penstock.aggregation import UserRecord
from penstock.delivery.calls import Answer, CallFailure, ListShards, PutRecords, PutRecordsAnswer, RecordAnswer
from penstock.delivery.record import PlainRecord
from penstock.failure_log import FailureLog
from penstock.routing import Lane

WRITTEN = RecordAnswer("shard-0", "1")
THROTTLED = RecordAnswer(error_code="ProvisionedThroughputExceededException", error_message="Rate exceeded")
FAILED = RecordAnswer(error_code="InternalFailure", error_message="Internal service failure.")


class Log:
    """A log whose clock is moved by hand."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        self.now = 0.0
        self.log = FailureLog("events", lambda: self.now)
        self._caplog = caplog

    def note(self, *answers: RecordAnswer, shards: str = "00000000") -> list[str]:
        """Note a call's answers, the records meant for these shards; return what is logged."""
        records = [
            PlainRecord(number, Lane(f"shard-{shards[number]}", 0, 0, 0), UserRecord("key", None, b""))
            for number in range(len(answers))
        ]
        return self.note_call(PutRecords(records, 0.0), PutRecordsAnswer(answers))

    def note_call(self, call: PutRecords | ListShards, answer: Answer) -> list[str]:
        self.log.note(call, answer)
        messages = [record.getMessage() for record in self._caplog.records]
        self._caplog.clear()
        return messages


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Log:
    return Log(caplog)


def test_records_that_failed_in_a_call_that_succeeded_are_counted_by_code_and_shard(log: Log) -> None:
    internal, throttled = sorted(log.note(THROTTLED, WRITTEN, FAILED, THROTTLED, THROTTLED, shards="10112"))
    assert internal.startswith(
        "1 of the 5 records in a call to events failed, for shard-1 (1), with InternalFailure: I"
    )
    assert throttled.startswith(
        "3 of the 5 records in a call to events failed, for shard-1 (2), shard-2 (1), with "
        "ProvisionedThroughputExceededException: Rate exceeded; a shard takes 1,000 records"
    )


def test_what_to_do_is_said(log: Log) -> None:
    [message] = log.note(THROTTLED)
    assert "update-shard-count" in message
    assert "rate_limit_percent" in message
    [message] = log.note_call(ListShards(None), CallFailure("NoCredentialsError", "Unable to locate credentials", None))
    assert "aws sts get-caller-identity" in message


def test_not_all_of_many_shards_are_named(log: Log) -> None:
    [message] = log.note(*[THROTTLED] * 8, shards="01234567")
    assert "shard-4 (1) and 3 more shards, with" in message


def test_a_failed_call_is_named(log: Log) -> None:
    failure = CallFailure("SomethingNew", "try later", 503)
    assert log.note_call(ListShards(None), failure) == ["ListShards on events failed with SomethingNew: try later"]


def test_an_answer_that_does_not_fit_its_call_is_a_failed_call(log: Log) -> None:
    assert log.note_call(PutRecords([], 0.0), PutRecordsAnswer([THROTTLED])) == [
        "PutRecords on events failed with MalformedAnswer: it tells of 1 records, and 0 were sent"
    ]


def test_what_succeeds_is_not_logged(log: Log) -> None:
    assert log.note(WRITTEN) == []


def test_each_code_is_logged_at_most_once_in_ten_seconds(log: Log) -> None:
    assert len(log.note(THROTTLED)) == 1
    log.now = 9.9
    assert log.note(THROTTLED) == []
    assert len(log.note(FAILED)) == 1
    log.now = 10.0
    assert len(log.note(THROTTLED)) == 1


def test_what_was_not_said_is_counted(log: Log) -> None:
    log.note(THROTTLED)
    log.note(THROTTLED, THROTTLED)
    log.note(THROTTLED)
    log.now = 10.0
    [message] = log.note(THROTTLED)
    assert message.endswith("(3 more such records since this was said last)")
    lost = CallFailure("ReadTimeoutError", "", None)
    assert "more such" not in log.note_call(ListShards(None), lost)[0]
    log.note_call(ListShards(None), lost)
    log.now = 20.0
    assert log.note_call(ListShards(None), lost)[0].endswith("(1 more such calls since this was said last)")
    log.now = 30.0
    assert "more such" not in log.note_call(ListShards(None), lost)[0]
