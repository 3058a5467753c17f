"""What goes wrong on the way between callers and services, one fault at a time."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from simulation.faults import Faults
from simulation.scheduler import Scheduler
from simulation.trace import Trace
from simulation.world.process import Process
from simulation.world.wire import READ_TIMEOUT, STRAY_SECONDS, Service, Wire

SEEDS = range(30)


class Counter:
    """A service that counts, and tells when."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.at: list[float] = []
        self._clock = clock

    def get_records(self) -> int:
        self.at.append(self._clock())
        return len(self.at)


class OneCall:
    """One call while one fault always strikes."""

    def __init__(self, seed: int, fault: str, service: Service = Service.KINESIS) -> None:
        self.scheduler = Scheduler(seed, 0.0)
        faults = Faults(seed, [fault])
        faults._rates[fault] = 1.0
        wire = Wire(self.scheduler, faults, Trace(self.scheduler.clock))
        self.counter = Counter(self.scheduler.clock)
        client = wire.client(service, self.counter, Process(self.scheduler, "caller"))
        self.astray = 0
        self.answer: Any = None

        def program() -> None:
            try:
                self.answer = client.get_records()
            except (ClientError, ReadTimeoutError) as error:
                self.answer = error
            self.ended, self.astray = self.scheduler.now, wire.astray

        self.scheduler.interleave(program)
        assert wire.astray == 0


def test_a_call_whose_answer_is_lost_is_carried_out_once_before_or_after_its_caller_has_given_it_up() -> None:
    calls = [OneCall(seed, "lost_answer") for seed in SEEDS]
    assert all(isinstance(call.answer, ReadTimeoutError) and call.ended > READ_TIMEOUT for call in calls)
    assert all(len(call.counter.at) == 1 for call in calls)
    late = [call.counter.at[0] > call.ended for call in calls]
    assert late == [call.astray == 1 for call in calls]
    assert {True, False} == set(late)
    assert all(call.counter.at[0] < call.ended + STRAY_SECONDS for call in calls)


def test_a_call_that_is_repeated_lets_others_in_between_or_comes_again_after_its_answer() -> None:
    calls = [OneCall(seed, "repeated_call") for seed in SEEDS]
    assert all(len(call.counter.at) == 2 for call in calls)
    assert all(call.answer == (1 if call.astray else 2) for call in calls)
    gaps = [call.counter.at[1] - call.counter.at[0] for call in calls if not call.astray]
    assert max(gaps) == pytest.approx(READ_TIMEOUT)
    assert len(gaps) < len(calls)


@pytest.mark.parametrize("service", [Service.KINESIS, Service.STREAMS])
@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("iterator_expired", {"ExpiredIteratorException"}),
        ("throttled_shard", {"ProvisionedThroughputExceededException", "LimitExceededException"}),
    ],
)
def test_reads_of_either_kind_of_stream_fail(service: Service, fault: str, codes: set[str]) -> None:
    call = OneCall(1, fault, service)
    assert call.answer.response["Error"]["Code"] in codes
    assert call.counter.at == []
