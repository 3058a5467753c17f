"""Polling, batching and checkpointing of a whole mapping, in simulated time."""

from itertools import pairwise

import pytest

from simulation.event_source_mapping import FunctionFailed
from simulation.event_source_mapping.actions import Checkpoint, ReadProblem, ReadRecords
from tests.unit.simulation.event_source_mapping.world import OK, SHARD, START, World, mapping


def test_delivers_records_in_order_and_checkpoints_them() -> None:
    world = World()
    numbers = world.put("a", "b", "c")

    world.run(1)

    assert world.delivered == [["a", "b", "c"]]
    assert world.checkpoints == {SHARD: numbers[-1]}
    assert world.core.checkpoints == {SHARD: numbers[-1]}


def test_a_batch_holds_at_most_batch_size_records() -> None:
    world = World(mapping(BatchSize=2))
    world.put(*"abcde")

    world.run(1)

    assert world.delivered == [["a", "b"], ["c", "d"], ["e"]]


def test_a_batch_stays_within_the_payload_limit() -> None:
    world = World()
    world.put(*["x" * 1_000_000] * 6)

    world.run(60)

    assert [len(data) for data in world.delivered] == [4, 2]


def test_one_invocation_at_a_time_per_shard_by_default() -> None:
    world = World(mapping(BatchSize=1), duration=1)
    world.put(*"abc")

    world.run(10)

    assert world.times == [0, 1, 2]
    assert world.most_running == 1


def test_kinesis_is_polled_once_a_second_when_there_is_nothing_new() -> None:
    world = World()

    world.run(3.5)

    assert world.seen_at(ReadRecords) == [0, 1, 2, 3]


def test_a_shard_is_read_as_often_as_it_may_be_while_somebody_waits_and_no_longer() -> None:
    world = World()
    for number in range(200):
        world.at(number / 50, lambda: world.put("a"))

    world.run(0.5)
    world.core.look(world.now)
    world.run(1.4)
    world.core.look_away()
    world.run(4)

    assert world.seen_at(ReadRecords) == pytest.approx([0, 0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 2.5, 3.5])


def test_reading_goes_on_at_once_while_more_is_there_but_five_times_a_second_at_most() -> None:
    world = World()
    world.put(*map(str, range(2500)))

    world.run(0.9)

    assert world.seen_at(ReadRecords)[:3] == [0, 0.2, 0.4]
    assert sum(len(data) for data in world.delivered) == 2500


def test_a_shard_serves_two_megabytes_a_second() -> None:
    world = World(mapping(BatchSize=10_000))
    world.put(*["x" * 1_000_000] * 5)

    world.run(6)

    assert world.seen_at(ReadRecords)[:3] == [0, 2.5, 3.5]


def test_reads_stop_while_the_poller_holds_enough() -> None:
    world = World(mapping(BatchSize=10), lambda _call: FunctionFailed())
    world.put(*map(str, range(5000)))

    world.run(100)

    assert sum(action.limit for action in world.seen(ReadRecords)) == 1000


def test_a_batching_window_gathers_until_it_ends() -> None:
    world = World(mapping(MaximumBatchingWindowInSeconds=5))
    world.put("a")
    world.at(3, lambda: world.put("b"))

    world.run(20)

    assert world.delivered == [["a", "b"]]
    assert world.times == [5]


def test_a_full_batch_does_not_wait_for_the_window() -> None:
    world = World(mapping(MaximumBatchingWindowInSeconds=300, BatchSize=2))
    world.put(*"abc")

    world.run(299)

    assert world.delivered == [["a", "b"]]
    assert world.times == [0]


def test_a_full_payload_does_not_wait_for_the_window() -> None:
    world = World(mapping(MaximumBatchingWindowInSeconds=300))
    world.put(*["x" * 1_000_000] * 5)

    world.run(200)

    assert [len(data) for data in world.delivered] == [4]


def test_the_next_window_begins_when_the_invocation_has_completed() -> None:
    world = World(mapping(MaximumBatchingWindowInSeconds=5, BatchSize=2), duration=3)
    world.put("a", "b", "c")

    world.run(30)

    assert world.delivered == [["a", "b"], ["c"]]
    assert world.times == [0, 8]


def test_a_window_that_ends_empty_is_followed_by_the_next() -> None:
    world = World(mapping(MaximumBatchingWindowInSeconds=5))
    world.at(12, lambda: world.put("a"))

    world.run(30)

    assert world.times == [15]


def test_concurrent_batches_of_one_shard_keep_the_order_of_every_key() -> None:
    world = World(
        mapping(ParallelizationFactor=3, BatchSize=1), duration=1, assignment=lambda key, slots: int(key) % slots
    )
    for turn in "abc":
        for key in "012":
            world.put(key + turn, key=key)

    world.run(10)

    assert world.most_running == 3
    assert world.times == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    for key in "012":
        assert [data for [data] in world.delivered if data[0] == key] == [key + turn for turn in "abc"]


def test_a_checkpoint_waits_for_the_earliest_record_that_is_not_done() -> None:
    world = World(
        mapping(ParallelizationFactor=2),
        lambda call: FunctionFailed() if call.data == ["slow"] and call.at < START + 50 else OK,
        assignment=lambda key, _slots: int(key),
    )
    [first] = world.put("before", key="0")
    world.run(2)
    world.put("slow", key="1")
    [last] = world.put("quick", key="0")

    world.run(40)
    assert world.checkpoints == {SHARD: first}
    world.run(100)
    assert world.checkpoints == {SHARD: last}


def test_a_checkpoint_is_reported_once() -> None:
    world = World()
    [number] = world.put("a")

    world.run(30)

    assert world.seen(Checkpoint) == [Checkpoint(SHARD, number)]


def test_goes_on_after_a_checkpoint() -> None:
    world = World(checkpoints={SHARD: "2"})
    world.put("a", "b", "c")

    world.run(1)

    assert world.delivered == [["c"]]


def test_disabled_neither_reads_nor_invokes_and_resumes_where_it_stopped() -> None:
    world = World(mapping(Enabled="false"))
    world.put("a")
    world.run(10)
    assert world.actions == []
    assert world.core.idle()

    world.core.enabled = True
    world.run(11)
    world.core.enabled = False
    world.put("b")
    world.run(20)
    world.core.enabled = True
    world.run(30)

    assert world.delivered == [["a"], ["b"]]


def test_lag_is_the_age_of_the_oldest_record_that_is_not_done() -> None:
    world = World(duration=10)
    assert world.core.lag(world.now) == 0
    world.put("a")
    world.run(4)
    assert world.core.lag(world.now) == pytest.approx(4)
    world.run(20)
    assert world.core.lag(world.now) == 0


def test_lag_counts_what_is_not_read_yet() -> None:
    world = World(mapping(BatchSize=10), lambda _call: FunctionFailed())
    world.put(*map(str, range(1001)))
    world.run(1)
    world.run(30)
    assert world.core.lag(world.now) == pytest.approx(30)


def test_idle_trusts_reads_that_began_late_enough() -> None:
    world = World()
    assert not world.core.idle()
    world.run(1.5)
    assert world.core.idle()
    assert world.core.idle(since=START + 0.9)
    assert not world.core.idle(since=START + 1)
    world.put("a")
    world.run(2.5)
    assert world.delivered == [["a"]]
    assert not world.core.idle()  # its answer may have been cut off
    world.run(3.5)
    assert world.core.idle(since=START + 1.2)


def test_looks_sooner_when_asked_until_it_knows() -> None:
    world = World()
    world.run(1.1)
    world.put("a")
    world.core.look(world.now)
    world.run(10)

    assert world.times == [1.2]
    assert world.seen_at(ReadRecords)[:5] == [0, 1, 1.2, 1.4, 2.4]


def test_is_not_idle_while_a_record_is_being_retried() -> None:
    world = World(function=lambda _call: FunctionFailed())
    world.put("a")
    world.run(60)
    assert not world.core.idle()


def test_read_failures_are_retried_with_growing_waits_and_lose_nothing() -> None:
    world = World()
    world.put("a")
    world.problems[SHARD] = [ReadProblem.OTHER, ReadProblem.THROTTLED, ReadProblem.OTHER, ReadProblem.THROTTLED]

    world.run(10)

    assert world.delivered == [["a"]]
    assert world.core.counters.read_throttles == 2
    assert world.core.counters.read_failures == 2
    waits = [later - earlier for earlier, later in pairwise([0, *world.times])]
    assert waits[0] > 1


def test_a_failed_listing_is_tried_again() -> None:
    world = World()
    world.put("a")
    [listing] = world.core.actions(world.now)
    assert not world.core.idle()
    world.core.listing_failed(world.now)
    assert world.core.actions(world.now) == []
    assert world.core.wake() == world.now + 0.25
    world.run(5)
    assert world.delivered == [["a"]]
    assert listing is not None


def test_time_without_anything_to_do_costs_only_polls() -> None:
    world = World(mapping(ParallelizationFactor=10, MaximumBatchingWindowInSeconds=1))

    world.run(600)

    assert len(world.seen(ReadRecords)) == 601
