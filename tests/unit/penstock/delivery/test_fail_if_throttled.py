import pytest

from penstock.delivery.calls import CallFailure, PutRecordsAnswer, RecordAnswer
from penstock.errors import ThrottledError
from tests.unit.penstock.delivery.fake_stream import FakeStream
from tests.unit.penstock.delivery.hand_shell import HandShell

CODE = "ProvisionedThroughputExceededException"


@pytest.mark.parametrize(
    "answer",
    [PutRecordsAnswer([RecordAnswer(error_code=CODE, error_message="slow down")]), CallFailure(CODE, "slow down", 400)],
)
def test_throttled_events_fail_at_once(answer: PutRecordsAnswer | CallFailure) -> None:
    shell = HandShell(fail_if_throttled=True)
    fate = shell.put("k", b"data")
    shell.flush()
    shell.answer(shell.put_call, answer)
    assert fate.failure.kind is ThrottledError
    assert fate.failure.code == CODE
    assert "slow down" in fate.failure.message
    assert fate.failed_event.data == b"data"
    assert shell.core.wake_at() is None


def test_other_errors_are_retried() -> None:
    shell = HandShell(fail_if_throttled=True)
    fate = shell.put("k")
    shell.flush()
    shell.answer(shell.put_call, PutRecordsAnswer([RecordAnswer(error_code="InternalFailure")]))
    shell.wait(1)
    shell.answer_all()
    assert fate.result


def test_with_order_the_next_record_leaves() -> None:
    stream = FakeStream()
    shell = HandShell(stream, fail_if_throttled=True, ordered=True, aggregate=False)
    first, second = shell.put("k", b"1"), shell.put("k", b"2")
    shell.flush()
    shell.answer(shell.put_call, PutRecordsAnswer([RecordAnswer(error_code=CODE)]))
    shell.answer_all()
    assert first.failure.kind is ThrottledError
    assert second.result
