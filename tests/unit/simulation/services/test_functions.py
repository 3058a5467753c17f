"""Lambda's model: environments, concurrency, timeouts, versions."""

import json

import pytest

from simulation.event_source_mapping.invocation import Answered, FunctionFailed, NotInvoked, Throttled
from simulation.services.faults import Fault
from simulation.services.functions import (
    PAYLOAD_LIMIT,
    SCALING_ENVIRONMENTS,
    Begun,
    Ending,
    FunctionSettings,
    SimulatedLambda,
)

EVENT = b"{}"


@pytest.fixture
def functions() -> SimulatedLambda:
    made = SimulatedLambda()
    made.deploy(FunctionSettings("ingest", 60.0), 0.0)
    return made


def begin(functions: SimulatedLambda, now: float, name: str = "ingest") -> Begun:
    begun = functions.begin(name, EVENT, now)
    assert isinstance(begun, Begun)
    return begun


def answer(functions: SimulatedLambda, begun: Begun, now: float) -> None:
    assert functions.ended(begun, Ending.ANSWERED, b"null", now) == Answered(b"null", begun.request_id)


def test_a_new_environment_starts_before_its_timeout_runs_and_is_kept_for_the_next(functions: SimulatedLambda) -> None:
    functions.start_seconds = lambda: 2.0
    first = begin(functions, 10.0)
    answer(functions, first, 20.0)
    second = begin(functions, 30.0)
    assert (first.cold, first.runs_at, first.deadline) == (True, 12.0, 72.0)
    assert (second.cold, second.runs_at, second.deadline) == (False, 30.0, 90.0)
    assert second.environment == first.environment
    assert second.request_id != first.request_id


def test_invocations_at_once_have_environments_of_their_own(functions: SimulatedLambda) -> None:
    assert begin(functions, 0.0).environment != begin(functions, 0.0).environment


def test_which_idle_environment_is_taken_is_for_the_shell_to_choose(functions: SimulatedLambda) -> None:
    both = [begin(functions, 0.0), begin(functions, 0.0)]
    for begun in both:
        answer(functions, begun, 1.0)
    functions.choose = lambda _: 0
    assert begin(functions, 2.0).environment == both[0].environment


def test_an_environment_lives_on_after_an_exception(functions: SimulatedLambda) -> None:
    first = begin(functions, 0.0)
    assert functions.ended(first, Ending.RAISED, b'{"errorType":"E"}', 1.0) == FunctionFailed(
        b'{"errorType":"E"}', request_id=first.request_id
    )
    assert begin(functions, 2.0).environment == first.environment


@pytest.mark.parametrize(
    ("ending", "kind"), [(Ending.CRASHED, "Runtime.ExitError"), (Ending.TIMED_OUT, "Sandbox.Timedout")]
)
def test_a_crash_and_a_timeout_end_the_environment(functions: SimulatedLambda, ending: Ending, kind: str) -> None:
    gone: list[int] = []
    functions.gone = gone.append
    first = begin(functions, 0.0)
    result = functions.ended(first, ending, b"", first.deadline)
    assert isinstance(result, FunctionFailed)
    assert json.loads(result.payload)["errorType"] == kind
    assert gone == [first.environment]
    assert begin(functions, 100.0).cold


def test_an_environment_is_shut_down_after_being_idle(functions: SimulatedLambda) -> None:
    gone: list[int] = []
    functions.gone = gone.append
    functions.idle_seconds = lambda: 300.0
    first = begin(functions, 0.0)
    answer(functions, first, 10.0)
    assert begin(functions, 310.0).cold
    assert gone == [first.environment]


def test_what_an_invocation_left_behind_runs_only_while_another_runs_there(functions: SimulatedLambda) -> None:
    first = begin(functions, 0.0)
    assert functions.thawed(first.environment)
    answer(functions, first, 1.0)
    assert not functions.thawed(first.environment)
    begin(functions, 2.0)
    assert functions.thawed(first.environment)


def test_reserved_concurrency_is_the_most_a_function_has() -> None:
    functions = SimulatedLambda()
    functions.deploy(FunctionSettings("rollup", 60.0, reserved=1), 0.0)
    first = begin(functions, 0.0, "rollup")
    assert functions.begin("rollup", EVENT, 0.0) == Throttled()
    answer(functions, first, 1.0)
    assert begin(functions, 1.0, "rollup").environment == first.environment


def test_no_reserved_concurrency_stops_a_function() -> None:
    functions = SimulatedLambda()
    functions.deploy(FunctionSettings("rollup", 60.0, reserved=0), 0.0)
    assert functions.begin("rollup", EVENT, 0.0) == Throttled()


def test_what_is_not_reserved_is_shared() -> None:
    functions = SimulatedLambda(concurrency=102)
    functions.deploy(FunctionSettings("reserved", 60.0, reserved=2), 0.0)
    functions.deploy(FunctionSettings("one", 60.0), 0.0)
    functions.deploy(FunctionSettings("other", 60.0), 0.0)
    for _ in range(99):
        begin(functions, 0.0, "one")
    last = begin(functions, 0.0, "other")
    assert functions.begin("one", EVENT, 0.0) == Throttled()
    assert functions.begin("other", EVENT, 0.0) == Throttled()
    begin(functions, 0.0, "reserved")
    answer(functions, last, 1.0)
    begin(functions, 1.0, "one")
    assert functions.running("one") == 100


def test_a_hundred_can_not_be_reserved() -> None:
    functions = SimulatedLambda(concurrency=110)
    functions.deploy(FunctionSettings("one", 60.0, reserved=4), 0.0)
    with pytest.raises(ValueError, match="other reserves 7, and 6 is the most"):
        functions.deploy(FunctionSettings("other", 60.0, reserved=7), 0.0)
    functions.deploy(FunctionSettings("one", 60.0, reserved=10), 0.0)


def test_a_function_scales_by_a_thousand_environments_in_ten_seconds() -> None:
    functions = SimulatedLambda(concurrency=5_000)
    functions.deploy(FunctionSettings("ingest", 60.0), 0.0)
    for _ in range(SCALING_ENVIRONMENTS):
        begin(functions, 100.0)
    assert functions.begin("ingest", EVENT, 100.0) == Throttled()
    for _ in range(100):
        begin(functions, 101.0)
    assert functions.begin("ingest", EVENT, 101.0) == Throttled()


def test_an_event_and_an_answer_have_a_largest_size(functions: SimulatedLambda) -> None:
    assert isinstance(functions.begin("ingest", b" " * (PAYLOAD_LIMIT + 1), 0.0), NotInvoked)
    begun = begin(functions, 0.0)
    assert isinstance(functions.ended(begun, Ending.ANSWERED, b" " * (PAYLOAD_LIMIT + 1), 1.0), FunctionFailed)
    assert begin(functions, 2.0).environment == begun.environment


def test_faults_on_the_way_to_the_function_and_back(functions: SimulatedLambda) -> None:
    fates = iter([Fault.THROTTLED, Fault.LOST_REQUEST, Fault.LOST_ANSWER])
    functions.before_invoke = lambda _: next(fates)
    assert functions.begin("ingest", EVENT, 0.0) == Throttled()
    assert isinstance(functions.begin("ingest", EVENT, 0.0), NotInvoked)
    assert functions.running("ingest") == 0
    begun = begin(functions, 0.0)
    assert isinstance(functions.ended(begun, Ending.ANSWERED, b"null", 1.0), NotInvoked)


def test_a_new_version_replaces_environments_and_the_old_one_goes_on_for_a_while(functions: SimulatedLambda) -> None:
    gone: list[int] = []
    functions.gone = gone.append
    old = begin(functions, 0.0)
    answer(functions, old, 1.0)
    functions.deploy(FunctionSettings("ingest", 10.0), 2.0, older_for=60.0)
    functions.choose = lambda _: 0  # the older
    again = begin(functions, 3.0)
    assert (again.environment, again.version, again.deadline) == (old.environment, 1, 63.0)
    functions.choose = lambda count: count - 1
    new = begin(functions, 3.0)
    assert (new.cold, new.version, new.deadline - new.runs_at) == (True, 2, 10.0)
    answer(functions, again, 62.0)
    assert gone == [old.environment]
    functions.choose = lambda _: 0
    assert begin(functions, 63.0).version == 2
