"""How much of each limit is used, figured by hand, in configurations in which it is the one that binds.

The code costs what a test says and nothing else, each function has a whole processor, and calls take some hundredths
of a second.
"""

from dataclasses import replace
from math import exp

import pytest

from load.calibration.calibration import Calibration, FunctionCost, default_calibration
from load.configuration import Configuration
from load.model.outcome import Constraint, Outcome
from load.model.run import simulate
from load.model.surroundings import AWS, Surroundings
from load.model.traffic import Traffic
from load.workload.events import EventShape
from load.workload.shapes import steady

CALIBRATION = default_calibration()
NO_COUNTS = CALIBRATION.counts.of(0)
WHOLE = Configuration(
    shards=1, ingest_memory_megabytes=1_769, rollup_memory_megabytes=1_769, views_memory_megabytes=1_769
)
NO_HASHTAGS = EventShape(hashtags=0)


def costing(
    ingest: dict[str, float] | None = None,
    rollup: dict[str, float] | None = None,
    views: dict[str, float] | None = None,
) -> Calibration:
    """Return a calibration of code that costs so many seconds by part of its work."""

    def cost(known: FunctionCost, seconds: dict[str, float] | None) -> FunctionCost:
        return known.model_copy(update={"seconds": dict.fromkeys(known.seconds, 0.0) | (seconds or {})})

    return CALIBRATION.model_copy(
        update={
            "ingest": cost(CALIBRATION.ingest, ingest),
            "rollup": cost(CALIBRATION.rollup, rollup),
            "views": cost(CALIBRATION.views, views),
        }
    )


def run(
    rate: float,
    configuration: Configuration = WHOLE,
    calibration: Calibration = CALIBRATION,
    *,
    shape: EventShape = NO_HASHTAGS,
    surroundings: Surroundings = AWS,
    seconds: float = 60,
) -> Outcome:
    return simulate(Traffic(steady(rate, seconds), shape), configuration, calibration, surroundings)


def test_bytes_are_those_of_events_and_of_what_aggregates_add() -> None:
    outcome = run(3_000)

    assert outcome.binding is Constraint.BYTES
    assert outcome.utilisation[Constraint.BYTES] == pytest.approx(3_000 * (277 + 40) / 2**20, rel=0.01)


def test_records_are_as_many_as_events_that_are_sent_by_themselves() -> None:
    outcome = run(800, replace(WHOLE, linger_seconds=0.0))

    assert outcome.binding is Constraint.RECORDS
    assert outcome.utilisation[Constraint.RECORDS] == pytest.approx(0.8)


def test_reads_never_bind_before_writes_since_one_function_reads_and_a_shard_gives_twice_what_it_takes() -> None:
    used = run(3_000).utilisation

    assert used[Constraint.READS] == pytest.approx(3_000 * (277 + 40) / 2**21, rel=0.01)
    assert used[Constraint.READS] == pytest.approx(used[Constraint.BYTES] / 2)


def test_one_author_is_as_much_as_their_part_of_the_events_is_of_what_a_shard_takes() -> None:
    # Two authors, one of whom has twice the other's events.
    outcome = run(6_000, replace(WHOLE, shards=40), shape=EventShape(hashtags=0, keys=2, key_skew=1.0))

    assert outcome.binding is Constraint.AUTHOR
    assert outcome.utilisation[Constraint.AUTHOR] == pytest.approx(4_000 * (277 + 40) / 2**20, rel=0.01)


def test_the_factor_is_the_part_of_the_time_that_a_batch_is_under_way() -> None:
    outcome = run(800, replace(WHOLE, ingest_window_seconds=0), costing(ingest={"event": 0.001}))

    # A poll a second finds 800 events.
    assert outcome.binding is Constraint.FACTOR
    assert outcome.utilisation[Constraint.FACTOR] == pytest.approx(0.8, rel=0.1)


def test_duration_is_that_of_the_longest_batch_in_parts_of_a_minute() -> None:
    outcome = run(50, replace(WHOLE, ingest_window_seconds=120), costing(ingest={"event": 0.004}), seconds=1_200)

    # What comes in a window and in the batch before it, d seconds, takes d = 0.004 * 50 * (120 + d) seconds: 30.
    assert outcome.binding is Constraint.DURATION
    assert outcome.utilisation[Constraint.DURATION] == pytest.approx(0.5, rel=0.03)


def test_concurrency_is_that_of_all_functions_together() -> None:
    configuration = replace(WHOLE, shards=2, ingest_window_seconds=1, rollup_window_seconds=1, views_window_seconds=1)
    half = {"batch": 0.5}

    outcome = run(100, configuration, costing(half, half, half), surroundings=replace(AWS, concurrency=3))

    # Half a second of work after a window of one: of two shards' batches, four of the log's and one of views.
    assert outcome.binding is Constraint.CONCURRENCY
    assert outcome.utilisation[Constraint.CONCURRENCY] == pytest.approx(7 * 0.5 / 1.5 / 3, rel=0.15)
    busy = sum(function.busy for function in outcome.functions.values())
    assert outcome.utilisation[Constraint.CONCURRENCY] == pytest.approx(busy / outcome.seconds / 3)


def test_keys_are_the_writes_of_a_group_in_parts_of_what_a_partition_takes() -> None:
    configuration = replace(WHOLE, shards=20, key_groups=1, ingest_window_seconds=0)

    outcome = run(20_000, configuration)

    # Each second each shard puts 1,000 events into one segment, two where one of the panes of 10 s ends, and twice more
    # since other shards are first.
    segments = 1.1
    units = segments * ((90 + 8 * 1_000 / segments + NO_COUNTS) / 1_024 + 0.5)
    assert outcome.binding is Constraint.KEYS
    assert outcome.utilisation[Constraint.KEYS] == pytest.approx(20 * 3 * units / 1_000, rel=0.05)


def test_of_many_key_groups_the_one_with_the_author_of_most_events_is_used_most() -> None:
    configuration = replace(WHOLE, key_groups=64)

    even, skewed = (
        run(1_000, configuration, shape=EventShape(hashtags=0, keys=keys, key_skew=skew)).utilisation[Constraint.KEYS]
        for keys, skew in ((1_000_000, 0.01), (2, 1.0))
    )

    # A group has 1 of 64 parts of the writes, or the 2 of 3 that are one author's.
    assert skewed / even == pytest.approx((2 / 3) * 64, rel=0.01)


def test_the_table_is_the_largest_bucket_of_a_minute_written_once_a_window() -> None:
    shape = EventShape(hashtags=20, hashtag_values=1_000_000, hashtag_skew=0.01)
    configuration = replace(WHOLE, shards=12, buckets=1, rollup_window_seconds=10)

    outcome = run(2_000, configuration, costing(), shape=shape)
    copies = run(4_000, configuration, costing(), shape=replace(shape, duplicates=0.5))

    # Of a million hashtags as many as 2.4 million draws find, and the vector's byte for each address.
    found = 1_000_000 * (1 - exp(-2.4))
    size = 70 + 1 + 6 * 8 + CALIBRATION.counts.of(found) - NO_COUNTS + 20
    assert outcome.binding is Constraint.TABLE
    assert outcome.utilisation[Constraint.TABLE] == pytest.approx((size / 1_024 + 0.5) / 10 / 1_000, rel=0.02)
    assert copies.utilisation[Constraint.TABLE] == pytest.approx(outcome.utilisation[Constraint.TABLE])


def test_rollup_is_the_part_of_the_time_that_a_shard_of_the_log_has_a_batch() -> None:
    outcome = run(100, replace(WHOLE, rollup_window_seconds=1), costing(rollup={"batch": 1.0}))

    assert outcome.binding is Constraint.ROLLUP
    assert outcome.utilisation[Constraint.ROLLUP] == pytest.approx(0.5, abs=0.05)


def test_views_are_the_part_of_the_time_that_a_batch_of_notes_is_under_way() -> None:
    configuration = replace(WHOLE, ingest_window_seconds=0, rollup_window_seconds=0, views_window_seconds=1)

    outcome = run(100, configuration, costing(views={"batch": 1.0}))

    assert outcome.binding is Constraint.VIEWS
    assert outcome.utilisation[Constraint.VIEWS] == pytest.approx(0.5, abs=0.05)
