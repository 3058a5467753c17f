"""What the figures of a run mean."""

from dataclasses import replace

import pytest

from load.measure.judgement import Evidence, generator_limit, judge, shards_needed
from load.report.model import Shard


def shard(*, records: float = 20.0, size: float = 1_000_000.0, refused: int = 0) -> Shard:
    return Shard(shard_id="shardId-000000000000", records_rate=records, bytes_rate=size, refused=refused)


CALM = Evidence(
    schedule_error_p99=0.004,
    most_waiting=0.1,
    busy=0.3,
    processes=1,
    cores=2,
    machine_busy=0.4,
    local=True,
    accepted=60_000,
    seconds=60.0,
    peak_rate=1000.0,
    shards=(shard(size=250_000),),
    iterator_age=(2.0, 3.0, 2.0, 3.0) * 15,
)


def test_of_a_calm_run_there_is_nothing_to_say() -> None:
    assert judge(CALM) == ()
    assert generator_limit(CALM) is None


@pytest.mark.parametrize(
    ("changed", "advice"),
    [
        ({"busy": 0.9}, "--processes"),
        ({"busy": 1.8, "processes": 2}, "take a machine with more"),
        ({"machine_busy": 0.99}, "the machine was 99% busy"),
        ({}, "kept waiting"),
    ],
)
def test_a_late_generator_says_so_and_why(changed: dict[str, float], advice: str) -> None:
    limit = generator_limit(replace(CALM, schedule_error_p99=0.025, **changed))  # type: ignore[arg-type] # of any field
    assert limit is not None
    assert "the generator was the limit, not the target: its schedule error is 25 ms at p99" in limit
    assert advice in limit


def test_a_generator_that_waits_for_room_is_not_the_limit_but_the_stream_is() -> None:
    evidence = replace(CALM, schedule_error_p99=2.5, most_waiting=0.99)
    assert generator_limit(evidence) is None
    assert [finding.kind for finding in judge(evidence)] == ["overload"]


def test_refused_records_are_overload_with_the_shards_that_would_do() -> None:
    # Half of the events got through one full shard: twice as much needs twice the shards.
    evidence = replace(CALM, accepted=30_000, shards=(shard(size=2**20, refused=5_000),))
    (finding,) = judge(evidence)
    assert finding.kind == "overload"
    assert "refused 5,000 records of 6,200: 1 shard can't take it; 2 shards would take the peak of 1,000 events/s" in (
        finding.text
    )


def test_as_many_shards_are_needed_as_the_peak_fills() -> None:
    assert shards_needed(CALM) == 1
    assert shards_needed(replace(CALM, peak_rate=10_000.0)) == 3
    assert shards_needed(replace(CALM, accepted=0)) is None


def test_a_growing_iterator_age_is_overload() -> None:
    (finding,) = judge(replace(CALM, iterator_age=tuple(0.5 * second for second in range(60))))
    assert finding.kind == "overload"
    assert "the iterator age grew from 1.0 s to 28.5 s" in finding.text


def test_acknowledgements_that_come_ever_later_are_overload() -> None:
    (finding,) = judge(replace(CALM, put=tuple(0.5 * second for second in range(60))))
    assert finding.kind == "overload"
    assert "acknowledgement, 1.0 s at first and 28.5 s in the end" in finding.text


def test_a_busy_machine_bounds_what_a_local_run_can_say_but_no_other() -> None:
    (finding,) = judge(replace(CALM, machine_busy=0.9))
    assert (finding.kind, "90% busy" in finding.text) == ("limit", True)
    assert judge(replace(CALM, machine_busy=0.9, local=False)) == ()
