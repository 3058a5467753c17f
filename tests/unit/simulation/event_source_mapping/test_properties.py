"""What the core keeps whatever happens: everything is delivered until it is done, in order per key, and no checkpoint
passes a record that is not done."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.event_source_mapping import Answered, FunctionFailed, InvocationResult, NotInvoked, Throttled
from simulation.event_source_mapping.actions import SHARD_END, Action, Checkpoint, ReadProblem, SendRecord
from simulation.event_source_mapping.backoff import Backoff
from tests.unit.simulation.event_source_mapping.world import (
    OK,
    QUEUE_ARN,
    SHARD,
    START,
    Call,
    World,
    failures,
    mapping,
)

KEYS = "abcd"
HEALTHY_AFTER = 120.0
END = 300.0


@dataclass
class Scenario:
    """One drawn story. Times are in seconds after the start."""

    properties: dict[str, Any]
    puts: list[tuple[float, str]]
    outcomes: list[int]
    durations: list[float]
    happenings: list[tuple[float, str]]
    keys_to_slots: list[int] = field(default_factory=list)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    # Few moments, so that records come in bursts and things happen in the midst of them.
    moments = st.sampled_from([0.0, 0.0, 0.5, 2.0, 10.0, 50.0, 100.0])
    properties = {
        "BatchSize": draw(st.sampled_from([1, 3, 6, 100])),
        "ParallelizationFactor": draw(st.integers(1, 3)),
        "BisectBatchOnFunctionError": draw(st.booleans()),
        "FunctionResponseTypes": draw(st.sampled_from([[], ["ReportBatchItemFailures"], ["ReportBatchItemFailures"]])),
        "MaximumBatchingWindowInSeconds": draw(st.sampled_from([0, 0, 3, 20])),
        "MaximumRetryAttempts": draw(st.sampled_from([-1, -1, 0, 2])),
        "MaximumRecordAgeInSeconds": draw(st.sampled_from([-1, -1, 60])),
        "DestinationConfig": {"OnFailure": {"Destination": QUEUE_ARN}},
    }
    return Scenario(
        properties,
        puts=sorted(draw(st.lists(st.tuples(moments, st.sampled_from(KEYS)), min_size=8, max_size=30))),
        outcomes=draw(st.lists(st.integers(0, 9), min_size=8, max_size=30)),
        durations=draw(st.lists(st.sampled_from([0.0, 0.5, 4.0]), min_size=1, max_size=5)),
        happenings=sorted(
            draw(
                st.lists(
                    st.tuples(
                        moments,
                        st.sampled_from(["split", "expire", "throttled", "error", "destination", "restart"]),
                    ),
                    min_size=1,
                    max_size=6,
                )
            )
        ),
        keys_to_slots=draw(st.lists(st.integers(0, 2), min_size=len(KEYS), max_size=len(KEYS))),
    )


class Watched(World):
    """A world that knows which records are done, and checks every action against that."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.done: set[str] = set()
        self.put_order: list[tuple[str, str, str]] = []  # data, key, shard
        self.number_of: dict[str, int] = {}
        self._outcomes = iter(scenario.outcomes)
        self._calls = 0
        super().__init__(
            mapping(**scenario.properties),
            self.answer,
            assignment=lambda key, slots: scenario.keys_to_slots[KEYS.index(key)] % slots,
            backoff=Backoff(maximum=2),
        )
        for moment, key in scenario.puts:
            self.at(moment, self._putting(key))
        for moment, what in scenario.happenings:
            self.at(moment, self._happening(what))
        self.at(HEALTHY_AFTER, lambda: setattr(self, "destination_up", True))

    @property
    def open_shard(self) -> str:
        """The youngest shard: the only one that takes records."""
        return list(self.shards)[-1]

    def _putting(self, key: str) -> Callable[[], object]:
        def put() -> None:
            data = str(len(self.put_order))
            shard = self.open_shard
            [number] = self.put(data, key=key, shard=shard)
            self.put_order.append((data, key, shard))
            self.number_of[data] = int(number)

        return put

    def _happening(self, what: str) -> Callable[[], object]:
        def happen() -> None:
            match what:
                case "split":
                    self.split(self.open_shard, f"shard {len(self.shards)}")
                case "expire":
                    self.expire_iterators()
                case "throttled":
                    self.problems.setdefault(self.open_shard, []).append(ReadProblem.THROTTLED)
                case "error":
                    self.problems.setdefault(self.open_shard, []).append(ReadProblem.OTHER)
                case "destination":
                    self.destination_up = not self.destination_up
                case "restart":
                    self.restart()

        return happen

    def answer(self, call: Call) -> InvocationResult:
        outcome = next(self._outcomes, 9) if call.at < START + HEALTHY_AFTER else 9
        reports = bool(self.scenario.properties["FunctionResponseTypes"])
        match outcome:
            case 0 | 1:
                return FunctionFailed()
            case 2:
                return Throttled()
            case 3:
                return NotInvoked("down")
            case 4 if reports:
                return Answered(b'{"batchItemFailures":[{"itemIdentifier":""}]}')
            case 5 | 6 if reports:
                place = len(call.data) // 2 if outcome == 5 else len(call.data) - 1
                self.done.update(call.data[:place])
                return failures(*(str(self.number_of[data]) for data in reversed(call.data[place:])))
            case _:
                self.done.update(call.data)
                return OK

    def time_of(self, call: Call) -> float:
        self.check_call(call)
        self._calls += 1
        return self.scenario.durations[self._calls % len(self.scenario.durations)]

    def taken(self, action: SendRecord) -> None:
        info = json.loads(action.record.body)["KinesisBatchInfo"]
        shard = self.shards[info["shardId"]]
        first, last = int(info["startSequenceNumber"]), int(info["endSequenceNumber"])
        numbers = {record.data: record.sequence_number for record in shard.records}
        slots = self.scenario.properties["ParallelizationFactor"]
        discarded = {data for data, number in numbers.items() if first <= number <= last}
        if slots > 1:
            # The range of sequence numbers spans other slots' records; those of the batch's own slot are meant.
            slot_of = {data: self.slot_of(key, slots) for data, key, _ in self.put_order}
            [slot] = {slot_of[data] for data, number in numbers.items() if number in (first, last)}
            discarded = {data for data in discarded if slot_of[data] == slot}
        assert len(discarded) == info["batchSize"]
        self.done.update(discarded)

    def slot_of(self, key: str, slots: int) -> int:
        return self.scenario.keys_to_slots[KEYS.index(key)] % slots

    def check_call(self, call: Call) -> None:
        properties = self.scenario.properties
        assert 1 <= len(call.data) <= properties["BatchSize"]
        assert self.running <= properties["ParallelizationFactor"]
        for place, data in enumerate(call.data):
            key = next(key for each, key, _ in self.put_order if each == data)
            for earlier, its_key, _ in self.put_order:
                if earlier == data:
                    break
                if its_key == key:
                    assert earlier in self.done or earlier in call.data[:place], f"{data} came before {earlier}"

    def asked(self, action: Action) -> None:
        if isinstance(action, Checkpoint):
            upto = None if action.sequence_number == SHARD_END else int(action.sequence_number)
            for data, _, shard in self.put_order:
                if shard == action.shard_id and (upto is None or self.number_of[data] <= upto):
                    assert data in self.done, f"{action} passes {data}"


@given(scenarios())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happens_every_record_is_done_in_order(scenario: Scenario) -> None:
    world = Watched(scenario)

    world.run(END)

    assert world.done == {data for data, _, _ in world.put_order}
    assert world.core.idle()
    last = {shard: data for data, _, shard in world.put_order}
    assert world.core.checkpoints.get(SHARD) is not None
    for shard, data in last.items():
        expected = SHARD_END if world.shards[shard].closed else str(world.number_of[data])
        assert world.core.checkpoints[shard] == expected
    unlimited = scenario.properties["MaximumRetryAttempts"] == scenario.properties["MaximumRecordAgeInSeconds"] == -1
    assert not (unlimited and world.sent)
