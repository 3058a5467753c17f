"""What happens to a batch that fails: retries, splits, partial answers, age, throttles, giving up."""

import json
from itertools import pairwise
from typing import Any

import pytest

from simulation.event_source_mapping import (
    Answered,
    FunctionFailed,
    InvocationResult,
    NotInvoked,
    Throttled,
)
from simulation.event_source_mapping.actions import SendRecord
from simulation.event_source_mapping.backoff import Backoff
from tests.unit.simulation.event_source_mapping.world import (
    OK,
    QUEUE_ARN,
    SHARD,
    START,
    Call,
    Function,
    World,
    failures,
    mapping,
)

ERROR = FunctionFailed(b'{"errorMessage":"no"}', "Unhandled", "request")
TO_QUEUE = {"OnFailure": {"Destination": QUEUE_ARN}}
REPORT = ["ReportBatchItemFailures"]


def fails_on(*data: str) -> Function:
    """A function that raises when it sees one of these records."""
    return lambda call: ERROR if set(data) & set(call.data) else OK


def first_answers(*results: InvocationResult) -> Function:
    """A function that gives these results one after the other, and succeeds from then on."""
    queue = list(results)
    return lambda _call: queue.pop(0) if queue else OK


def sent(world: World) -> list[dict[str, Any]]:
    return [json.loads(action.record.body) for action in world.sent]


def test_a_failed_batch_is_retried_whole_and_later_records_wait() -> None:
    world = World(mapping(BatchSize=2), first_answers(ERROR, ERROR))
    world.put(*"abc")

    world.run(60)

    assert world.delivered == [["a", "b"], ["a", "b"], ["a", "b"], ["c"]]
    assert world.core.counters.retries == 2
    assert world.core.counters.discarded == 0


def test_retries_wait_twice_as_long_each_time_up_to_a_bound() -> None:
    world = World(function=fails_on("a"), backoff=Backoff(initial=1, maximum=4))
    world.put("a")

    world.run(20)

    assert [later - earlier for earlier, later in pairwise(world.times)][:5] == [1, 2, 4, 4, 4]


def test_retries_are_unlimited_by_default() -> None:
    world = World(function=fails_on("a"), backoff=Backoff(maximum=1))
    numbers = world.put("a")

    world.run(3600)

    assert len(world.calls) > 3000
    assert world.core.counters.discarded == 0
    assert numbers[0] not in world.core.checkpoints.values()


def test_a_batch_is_discarded_after_its_retries_and_the_rest_goes_on() -> None:
    world = World(mapping(BatchSize=1, MaximumRetryAttempts=2), fails_on("a"))
    numbers = world.put("a", "b")

    world.run(60)

    assert world.delivered == [["a"], ["a"], ["a"], ["b"]]
    assert world.core.counters.discarded == 1
    assert world.checkpoints == {SHARD: numbers[-1]}


def test_no_retries_at_all() -> None:
    world = World(mapping(MaximumRetryAttempts=0), fails_on("a"))
    world.put("a")

    world.run(60)

    assert world.delivered == [["a"]]


def test_bisecting_isolates_a_bad_record_and_splits_consume_no_retry() -> None:
    world = World(
        mapping(MaximumRetryAttempts=1, BisectBatchOnFunctionError=True, DestinationConfig=TO_QUEUE), fails_on("c")
    )
    world.put(*"abcdefgh")

    world.run(60)

    assert world.delivered == [
        list("abcdefgh"),
        list("abcd"),
        list("ab"),
        list("cd"),
        ["c"],
        ["c"],  # the one retry
        ["d"],
        list("efgh"),
    ]
    [record] = sent(world)
    assert record["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert record["KinesisBatchInfo"]["batchSize"] == 1
    assert world.core.counters.bisects == 3
    assert world.core.counters.acknowledged == 7


def test_bisecting_keeps_the_order_of_records() -> None:
    world = World(mapping(BisectBatchOnFunctionError=True), fails_on("b"), backoff=Backoff(maximum=1))
    world.put(*"abcd")
    world.at(30, lambda: setattr(world, "function", fails_on()))

    world.run(60)

    seen = [data for batch in world.delivered for data in batch]
    assert world.delivered[:3] == [list("abcd"), list("ab"), ["a"]]
    assert set(map(tuple, world.delivered[3:-1])) == {("b",)}
    assert world.delivered[-1] == ["c", "d"]
    assert seen.index("c") < seen.index("d")


def test_a_partial_answer_checkpoints_at_the_lowest_failure_and_retries_the_rest() -> None:
    world = World(mapping(FunctionResponseTypes=REPORT))
    numbers = world.put(*"abcde")
    world.function = first_answers(failures(numbers[3], numbers[2], numbers[4]))

    world.run(0)
    assert world.delivered == [list("abcde"), list("cde")]
    world.run(60)
    assert world.delivered == [list("abcde"), list("cde")]
    assert world.core.counters.partial == 1


def test_a_partial_answer_moves_the_checkpoint_before_the_rest_is_done() -> None:
    world = World(mapping(FunctionResponseTypes=REPORT), duration=10)
    numbers = world.put(*"abc")
    world.function = first_answers(failures(numbers[1]))

    world.run(15)

    assert world.checkpoints == {SHARD: numbers[0]}


def test_a_partial_answer_is_ignored_unless_the_mapping_asks_for_it() -> None:
    world = World()
    numbers = world.put(*"ab")
    world.function = first_answers(failures(numbers[0]))

    world.run(60)

    assert world.delivered == [["a", "b"]]


def test_sequence_numbers_are_compared_as_numbers() -> None:
    world = World(mapping(FunctionResponseTypes=REPORT))
    numbers = world.put(*[str(number) for number in range(12)])
    assert "9" in numbers
    assert "10" in numbers
    world.function = first_answers(failures("10", "9"))

    world.run(60)

    assert world.delivered[1][0] == "8"


def test_partial_answers_consume_retries() -> None:
    world = World(mapping(FunctionResponseTypes=REPORT, MaximumRetryAttempts=1, DestinationConfig=TO_QUEUE))
    numbers = world.put(*"abcd")
    world.function = first_answers(failures(numbers[1]), failures(numbers[2]))

    world.run(60)

    assert world.delivered == [list("abcd"), list("bcd")]
    [record] = sent(world)
    assert record["KinesisBatchInfo"]["startSequenceNumber"] == numbers[2]
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}


def test_with_bisect_a_partial_answer_is_a_split_and_consumes_none() -> None:
    world = World(
        mapping(FunctionResponseTypes=REPORT, MaximumRetryAttempts=0, BisectBatchOnFunctionError=True),
    )
    numbers = world.put(*"abcd")
    world.function = first_answers(failures(numbers[1]), failures(numbers[2]), failures(numbers[3]))

    world.run(60)

    assert world.delivered == [list("abcd"), list("bcd"), list("cd"), ["d"]]
    assert world.core.counters.discarded == 0


def test_a_partial_answer_without_progress_is_a_failure_and_bisects() -> None:
    world = World(mapping(FunctionResponseTypes=REPORT, BisectBatchOnFunctionError=True))
    numbers = world.put(*"abcd")
    world.function = first_answers(failures(numbers[0]))

    world.run(60)

    assert world.delivered == [list("abcd"), list("ab"), list("cd")]


@pytest.mark.parametrize("result", [Throttled(), NotInvoked("503")])
def test_throttles_and_service_errors_consume_no_retry_and_do_not_split(result: InvocationResult) -> None:
    world = World(
        mapping(MaximumRetryAttempts=0, BisectBatchOnFunctionError=True, DestinationConfig=TO_QUEUE),
        first_answers(*[result] * 5),
    )
    world.put("a", "b")

    world.run(60)

    assert world.delivered == [["a", "b"]] * 6
    assert world.sent == []
    assert world.core.counters.throttles + world.core.counters.not_invoked == 5


def test_only_age_ends_throttling() -> None:
    world = World(
        mapping(MaximumRetryAttempts=0, MaximumRecordAgeInSeconds=60, DestinationConfig=TO_QUEUE),
        lambda _call: Throttled(),
    )
    numbers = world.put("a")

    world.run(59)
    assert world.sent == []
    world.run(120)

    [record] = sent(world)
    assert record["requestContext"]["condition"] == "RecordAgeExceeded"
    assert "responseContext" not in record  # it never was invoked
    assert world.seen_at(SendRecord) == [60]
    assert world.checkpoints == {SHARD: numbers[0]}


def test_records_that_reach_the_maximum_age_are_discarded_and_younger_ones_delivered() -> None:
    world = World(
        mapping(MaximumRecordAgeInSeconds=60, BatchSize=2, DestinationConfig=TO_QUEUE),
        backoff=Backoff(maximum=1),
    )
    old, *_ = world.put("old")
    world.at(30, lambda: world.put("young"))
    world.function = lambda call: ERROR if call.at < START + 70 else OK
    # Both are in one batch: the mapping starts when they are there.
    world.core.enabled = False
    world.run(31)
    world.core.enabled = True

    world.run(100)

    [record] = sent(world)
    assert record["KinesisBatchInfo"]["startSequenceNumber"] == old
    assert record["KinesisBatchInfo"]["batchSize"] == 1
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert world.delivered[-1] == ["young"]
    assert all(call.data == ["old", "young"] for call in world.calls if call.at < START + 60)


def test_records_already_too_old_are_never_invoked() -> None:
    world = World(mapping(MaximumRecordAgeInSeconds=60))
    world.put("a")
    world.core.enabled = False
    world.run(61)
    world.core.enabled = True

    world.run(70)

    assert world.delivered == []
    assert world.core.counters.discarded == 1


def test_a_discarded_batch_is_not_checkpointed_before_it_is_on_record() -> None:
    world = World(mapping(MaximumRetryAttempts=0, DestinationConfig=TO_QUEUE), fails_on("a"))
    world.destination_up = False
    numbers = world.put("a")
    world.put("b")

    world.run(30)
    assert world.checkpoints == {}
    assert len(world.sent) > 1
    world.destination_up = True
    world.run(90)

    assert world.checkpoints == {SHARD: str(int(numbers[0]) + 1)}
    assert world.core.counters.discarded == 2
    assert world.core.counters.refused_records == len(world.sent) - 1


def test_a_record_too_large_for_a_payload_waits_for_its_age_and_blocks_its_slot() -> None:
    world = World(mapping(MaximumRecordAgeInSeconds=60, DestinationConfig=TO_QUEUE))
    world.put("x" * 5_000_000)  # 6.7 MB in base64
    world.at(30, lambda: world.put("after"))

    world.run(59)
    assert world.delivered == []
    assert world.core.counters.oversized > 0
    world.run(80)

    assert len(world.sent) == 1
    assert world.delivered == [["after"]]


def test_one_slot_fails_and_the_others_go_on() -> None:
    world = World(
        mapping(ParallelizationFactor=2, BatchSize=1),
        fails_on("bad"),
        assignment=lambda key, slots: int(key) % slots,
    )
    world.put("bad", key="0")
    for number in range(5):
        world.put(str(number), key="1")

    world.run(10)

    assert [data for data in world.delivered if data != ["bad"]] == [[str(number)] for number in range(5)]


@pytest.mark.parametrize(
    ("payload", "everything_is_done"),
    [
        (b"", True),
        (b"null", True),
        (b"{}", True),
        (b'""', True),
        (b"[]", True),
        (b'{"batchItemFailures":null}', True),
        (b'{"batchItemFailures":[]}', True),
        (b'{"statusCode":200}', True),
        (b'{"batchItemFailures":[{"itemIdentifier":""}]}', False),
        (b'{"batchItemFailures":[{"itemIdentifier":null}]}', False),
        (b'{"batchItemFailures":[{"itemIdentifier":123}]}', False),
        (b'{"batchItemFailures":[{"itemIdentifier":"no such"}]}', False),
        (b'{"batchItemFailures":[{"id":"1"}]}', False),
        (b'{"batchItemFailures":["1"]}', False),
        (b'{"batchItemFailures":{"itemIdentifier":"1"}}', False),
        (b'{"batchItemFailures":"1"}', False),
        (b'{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"no such"}]}', False),
        (b'"done"', False),
        (b"[1]", False),
        (b"17", False),
        (b"not json", False),
    ],
)
def test_what_an_answer_means(payload: bytes, everything_is_done: bool) -> None:
    world = World(mapping(FunctionResponseTypes=REPORT), first_answers(Answered(payload)))
    world.put("a", "b")

    world.run(60)

    assert world.delivered == [["a", "b"]] if everything_is_done else [["a", "b"], ["a", "b"]]


def test_counts_what_it_does() -> None:
    def function(call: Call) -> InvocationResult:
        return ERROR if call.data == ["a"] and len(world.calls) < 3 else OK

    world = World(mapping(BatchSize=1, MaximumRetryAttempts=5), function)
    world.put("a", "b")

    world.run(30)

    counters = world.core.counters
    assert (counters.records, counters.invocations, counters.batches, counters.acknowledged) == (2, 4, 2, 2)
    assert (counters.errors, counters.retries, counters.bisects, counters.discarded) == (2, 2, 0, 0)
    assert counters.reads == 31
