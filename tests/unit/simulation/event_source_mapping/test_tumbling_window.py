"""Tumbling windows: records by arrival, state between invocations, the final one, and what goes wrong meanwhile."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.event_source_mapping import Answered, FunctionFailed, InvocationResult, MappingConfig, Throttled
from simulation.event_source_mapping.actions import InvokeFunction, ReadProblem
from simulation.event_source_mapping.tumbling_window import PATIENCE, STATE_LIMIT
from tests.unit.simulation.event_source_mapping.world import (
    KINESIS_ARN,
    QUEUE_ARN,
    SHARD,
    START,
    Call,
    World,
    mapping,
)

WINDOW = 40
"""Seconds; the start of the world is a multiple of it."""


def windowed(**properties: Any) -> MappingConfig:  # noqa: ANN401 - a property has any JSON value
    return mapping(TumblingWindowInSeconds=WINDOW, **properties)


def answer(state: dict[str, Any], *failures: str) -> Answered:
    items = [{"itemIdentifier": each} for each in failures]
    return Answered(json.dumps({"state": state, "batchItemFailures": items}).encode(), "request")


def gather(call: Call) -> Answered:
    """Aggregate: the state lists the data of all records."""
    return answer({"seen": [*call.event["state"].get("seen", []), *call.data]})


def finals(world: World) -> list[list[str]]:
    """What the state of every final invocation lists."""
    return [call.event["state"].get("seen", []) for call in world.calls if call.event["isFinalInvokeForWindow"]]


def put_at(world: World, seconds: float, *data: str) -> None:
    world.at(seconds, lambda: world.put(*data))


def test_an_event_of_a_window_has_the_documented_fields() -> None:
    world = World(windowed(), gather)
    world.put("a")
    world.run(1)
    [call] = world.calls
    assert set(call.event) == {
        "Records",
        "window",
        "state",
        "shardId",
        "eventSourceARN",
        "isFinalInvokeForWindow",
        "isWindowTerminatedEarly",
    }
    assert call.event["window"] == {"start": "2026-04-29T09:13:20Z", "end": "2026-04-29T09:14:00Z"}
    assert (call.event["state"], call.event["shardId"], call.event["eventSourceARN"]) == ({}, SHARD, KINESIS_ARN)
    assert (call.event["isFinalInvokeForWindow"], call.event["isWindowTerminatedEarly"]) == (False, False)


def test_without_a_window_an_event_has_records_alone() -> None:
    world = World()
    world.put("a")
    world.run(1)
    assert set(world.calls[0].event) == {"Records"}


def test_each_invocation_gets_the_state_that_the_one_before_returned() -> None:
    world = World(windowed(BatchSize=1), gather)
    world.put("a", "b", "c")
    world.run(5)
    assert [call.event["state"] for call in world.calls] == [{}, {"seen": ["a"]}, {"seen": ["a", "b"]}]


def test_a_window_ends_with_an_invocation_that_has_its_state_and_no_records() -> None:
    world = World(windowed(), gather)
    world.put("a")
    put_at(world, 45, "b")
    world.run(50)
    assert world.delivered == [["a"], [], ["b"]]
    final, following = world.calls[1:]
    assert final.event["isFinalInvokeForWindow"]
    assert final.event["state"] == {"seen": ["a"]}
    assert final.event["window"]["end"] == following.event["window"]["start"] == "2026-04-29T09:14:00Z"
    assert following.event["state"] == {}
    assert world.core.counters.windows == 1


def test_records_belong_to_windows_by_their_arrival() -> None:
    world = World(windowed(), gather)
    world.core.enabled = False
    world.put("a")
    put_at(world, 39.9, "b")
    put_at(world, 40, "c")
    world.run(60)
    world.core.enabled = True
    world.run(70)
    assert world.delivered == [["a", "b"], [], ["c"]]


def test_a_window_that_nothing_follows_is_over_after_two_minutes() -> None:
    world = World(windowed(), gather)
    world.put("a")
    world.run(WINDOW + PATIENCE - 1)
    assert finals(world) == []
    world.run(WINDOW + PATIENCE + 1)
    assert finals(world) == [["a"]]
    world.run(1_000)
    assert len(world.calls) == 2


def test_a_window_is_not_over_while_records_of_it_may_be_unread() -> None:
    world = World(windowed(), gather)
    world.put("a")
    world.run(2)
    world.fails = ReadProblem.OTHER
    world.put("b")
    world.run(400)
    assert finals(world) == []
    world.fails = None
    world.run(600)
    assert finals(world) == [["a", "b"]]


def test_the_end_of_a_shard_ends_its_window_and_children_begin_with_none() -> None:
    world = World(windowed(), gather)
    world.put("parent")
    world.split(SHARD, "child")
    world.put("child", shard="child")
    world.run(5)
    assert world.delivered == [["parent"], [], ["child"]]
    assert finals(world) == [["parent"]]
    assert world.calls[2].event["state"] == {}


def test_the_checkpoint_moves_when_the_final_invocation_has_succeeded() -> None:
    world = World(windowed(), gather)
    [number] = world.put("a")
    world.run(10)
    assert world.checkpoints == {}
    put_at(world, 45, "b")
    world.run(50)
    assert world.checkpoints == {SHARD: number}


def test_after_a_restart_a_window_begins_again_with_all_its_records() -> None:
    world = World(windowed(), gather)
    world.put("a")
    world.run(10)
    world.put("b")
    world.restart()
    put_at(world, 45, "c")
    world.run(50)
    assert finals(world) == [["a", "b"]]


@pytest.mark.parametrize("payload", [b"null", b"{}", b'{"state":null}', b'{"state":"text"}', b'{"state":[]}', b"no"])
def test_an_answer_without_a_state_is_a_failure(payload: bytes) -> None:
    answers = iter([Answered(payload, "request")])
    world = World(windowed(), lambda call: next(answers, None) or gather(call))
    world.put("a")
    world.run(5)
    assert world.delivered == [["a"], ["a"]]
    assert world.core.counters.errors == 1


def test_a_final_invocation_needs_to_return_no_state() -> None:
    world = World(windowed(), lambda call: gather(call) if call.data else Answered(b"null", "request"))
    world.put("a")
    put_at(world, 45, "b")
    world.run(50)
    assert world.delivered == [["a"], [], ["b"]]


def test_a_failed_batch_is_retried_with_the_state_it_had() -> None:
    fails = iter([False, True, True])
    world = World(windowed(BatchSize=1), lambda call: FunctionFailed() if next(fails, False) else gather(call))
    world.put("a", "b")
    world.run(5)
    assert [call.event["state"] for call in world.calls] == [{}, *[{"seen": ["a"]}] * 3]


def test_a_window_waits_for_its_final_invocation_to_succeed_whatever_the_retries() -> None:
    def function(call: Call) -> InvocationResult:
        return gather(call) if call.data or call.at >= START + 100 else FunctionFailed()

    world = World(
        windowed(MaximumRetryAttempts=0, DestinationConfig={"OnFailure": {"Destination": QUEUE_ARN}}), function
    )
    world.put("a")
    put_at(world, 45, "b")
    world.run(99)
    assert ["b"] not in world.delivered
    world.run(190)
    assert world.delivered[-2:] == [[], ["b"]]
    assert world.core.counters.discarded == 0
    assert world.core.counters.windows == 1


def test_retries_and_age_discard_batches_of_a_window_and_its_state_goes_on() -> None:
    def function(call: Call) -> InvocationResult:
        return FunctionFailed() if call.data == ["bad"] else gather(call)

    world = World(windowed(BatchSize=1, MaximumRetryAttempts=1), function)
    world.put("a", "bad", "b")
    put_at(world, 45, "c")
    world.run(50)
    assert finals(world) == [["a", "b"]]
    assert world.core.counters.discarded == 1


def test_a_partial_answer_keeps_the_state_of_what_is_done() -> None:
    numbers: list[str] = []

    def function(call: Call) -> InvocationResult:
        if call.data == ["a", "b", "c"]:
            return answer({"seen": ["a"]}, numbers[1])
        return gather(call)

    world = World(windowed(FunctionResponseTypes=["ReportBatchItemFailures"]), function)
    numbers += world.put("a", "b", "c")
    put_at(world, 45, "d")
    world.run(50)
    assert world.delivered == [["a", "b", "c"], ["b", "c"], [], ["d"]]
    assert finals(world) == [["a", "b", "c"]]


def test_a_state_of_more_than_a_megabyte_terminates_the_window_early() -> None:
    large = "x" * STATE_LIMIT

    def function(call: Call) -> InvocationResult:
        return answer({"seen": [large]}) if call.data == ["a"] else gather(call)

    world = World(windowed(BatchSize=1), function)
    world.put("a", "b")
    put_at(world, 45, "c")
    world.run(50)
    assert world.delivered == [["a"], [], ["b"], [], ["c"]]
    early = world.calls[1].event
    assert (early["isWindowTerminatedEarly"], early["isFinalInvokeForWindow"]) == (True, False)
    assert early["state"] == {"seen": [large]}
    assert world.calls[2].event["state"] == {}
    assert world.calls[2].event["window"] == early["window"]
    assert finals(world) == [["b"]]
    assert world.core.counters.windows_terminated_early == 1


def test_an_event_with_its_state_stays_within_the_payload_limit() -> None:
    world = World(windowed(BatchSize=10_000), lambda _: answer({"seen": ["x" * (STATE_LIMIT - 100)]}))
    world.core.enabled = False
    world.put(*["y" * 500_000] * 20)
    world.run(1)
    world.core.enabled = True
    world.run(30)
    sizes = [len(action.payload) for action in world.seen(InvokeFunction)]
    assert 4 * 1024 * 1024 < max(sizes) <= 6 * 1024 * 1024
    assert world.core.counters.acknowledged == 20


@dataclass
class Story:
    """What is put when (seconds after the start), and how invocations end one after the other."""

    puts: list[tuple[float, str]]
    outcomes: list[str]
    properties: dict[str, Any] = field(default_factory=dict)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    moments = st.sampled_from([0.0, 0.0, 5.0, 39.0, 41.0, 90.0, 300.0])
    count = draw(st.integers(1, 25))
    puts = sorted(draw(st.lists(moments, min_size=count, max_size=count)))
    outcomes = st.sampled_from(["ok", "ok", "error", "throttled", "partial", "stateless"])
    return Story(
        puts=[(at, str(number)) for number, at in enumerate(puts)],
        outcomes=draw(st.lists(outcomes, max_size=12)),
        properties={
            "BatchSize": draw(st.sampled_from([1, 3, 100])),
            "BisectBatchOnFunctionError": draw(st.booleans()),
            "MaximumBatchingWindowInSeconds": draw(st.sampled_from([0, 3])),
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        },
    )


@settings(max_examples=30)
@given(stories())
def test_whatever_fails_the_final_states_hold_every_record_once(story: Story) -> None:
    outcomes = iter(story.outcomes)

    def function(call: Call) -> InvocationResult:
        outcome = next(outcomes, "ok")
        numbers = [record["kinesis"]["sequenceNumber"] for record in call.event["Records"]]
        if outcome == "error":
            return FunctionFailed()
        if outcome == "throttled":
            return Throttled()
        if outcome == "stateless" and call.data:
            return Answered(b'{"batchItemFailures":[]}')
        if outcome == "partial" and call.data:
            middle = len(numbers) // 2
            seen = [*call.event["state"].get("seen", []), *call.data[:middle]]
            return answer({"seen": seen}, numbers[middle])
        return gather(call)

    world = World(windowed(**story.properties), function)
    for at, data in story.puts:
        put_at(world, at, data)
    world.run(900)

    succeeded = iter(finals(world))
    told = [seen for seen in succeeded if seen]
    # A final invocation that failed was repeated with the same state.
    once = [seen for place, seen in enumerate(told) if seen != (told[place - 1] if place else None)]
    expected: dict[int, list[str]] = {}
    for at, data in story.puts:
        expected.setdefault(int(at // WINDOW), []).append(data)
    assert once == list(expected.values())
    assert world.core.counters.windows == len(expected)
