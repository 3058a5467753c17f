"""What the figures of a run mean."""

from dataclasses import replace

import pytest

from load.generator.snapshot import ShardCount
from load.measure.judgement import Evidence, generator_limit, judge, shards_needed
from load.report.model import Shard


def shard(*, records: float = 20.0, size: float = 1_000_000.0, refused: int = 0) -> Shard:
    return Shard(shard_id="shardId-000000000000", records_rate=records, bytes_rate=size, refused=refused)


def taken(events: int, *, size: int) -> ShardCount:
    """A shard that has taken so many events of so many bytes, a hundred a record."""
    return ShardCount(records=events // 100, size=events * size, refused=0, events=events, failed=0)


CALM = Evidence(
    schedule_error_p99=0.004,
    most_waiting=0.1,
    busy=0.3,
    processes=1,
    cores=2,
    machine_busy=0.4,
    local=True,
    seconds=60.0,
    peak_rate=1000.0,
    shards=(shard(size=250_000),),
    open_shards=1,
    asked=(taken(60_000, size=250),),
    busiest_author=0.001,
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


def test_a_generator_that_is_hardly_late_is_not_said_to_be_as_late_as_allowed() -> None:
    limit = generator_limit(replace(CALM, schedule_error_p99=0.01005))
    assert limit is not None
    assert "is 10.05 ms at p99 (10 ms are allowed)" in limit


def test_a_generator_that_waits_for_room_is_not_the_limit_but_the_stream_is() -> None:
    evidence = replace(CALM, schedule_error_p99=2.5, most_waiting=0.99)
    assert generator_limit(evidence) is None
    assert [finding.kind for finding in judge(evidence)] == ["overload"]


def refusing(*asked: ShardCount, author: float = 0.001) -> Evidence:
    """Shards asked for something at 1,000 events a second, which refused a third of the records."""
    shards = tuple(shard(refused=600) for _ in asked)
    return replace(CALM, shards=shards, open_shards=len(shards), asked=asked, busiest_author=author)


def test_refused_records_are_overload_with_the_shards_that_would_do() -> None:
    # An event takes 2 KiB, so that a thousand of them fill two shards, and the busiest author's go on being on one.
    (finding,) = judge(refusing(taken(100_000, size=2_048)))
    assert finding.kind == "overload"
    assert "refused 600 records of 1,800: 1 shard can't take it; 2 shards would take the peak of 1,000 events/s" in (
        finding.text
    )
    assert "author" not in finding.text


def test_the_busiest_shard_says_how_many_are_needed_not_the_average() -> None:
    # 1,000 events of 1 KiB are all that one shard takes; four have room for them, but two thirds are asked of one.
    even, uneven = [taken(25_000, size=2_560)] * 4, [taken(70_000, size=2_560), *[taken(10_000, size=2_560)] * 3]
    assert shards_needed(refusing(*even)) == 3
    assert shards_needed(refusing(*uneven)) == 7


def test_what_was_given_up_was_asked_of_its_shard_too() -> None:
    given_up = taken(30_000, size=2_560)._replace(failed=40_000)
    others = [taken(10_000, size=2_560)] * 3
    assert shards_needed(refusing(given_up, *others)) == 7


def test_more_shards_do_not_spread_one_authors_events() -> None:
    uneven = [taken(70_000, size=1_600), *[taken(10_000, size=1_600)] * 3]
    (finding,) = judge(refusing(*uneven, author=0.6))
    assert (
        "; 8 shards would take the peak of 1,000 events/s, if they are as unevenly used: one author's" in finding.text
    )
    assert "are 92% of what it takes" in finding.text
    (finding,) = judge(refusing(*uneven, author=0.7))
    assert "4 shards can't take it, and no number of shards would take the peak" in finding.text
    assert "partition keys" in finding.text


def test_shards_that_refuse_are_never_enough() -> None:
    (finding,) = judge(refusing(*[taken(25_000, size=1_024)] * 4))
    assert "4 shards can't take it; 5 shards would take the peak" in finding.text


def test_shards_that_nothing_was_sent_to_are_there_all_the_same() -> None:
    evidence = replace(refusing(taken(70_000, size=2_560), taken(30_000, size=2_560)), open_shards=8)
    (finding,) = judge(evidence)
    assert "8 shards can't take it; 14 shards would take the peak" in finding.text


def test_where_nothing_was_taken_nobody_knows_how_many_are_needed() -> None:
    assert shards_needed(refusing(taken(0, size=0)._replace(failed=10))) is None
    (finding,) = judge(refusing(taken(0, size=0)._replace(failed=10)))
    assert finding.text.endswith("1 shard can't take it")


def test_a_growing_iterator_age_is_overload() -> None:
    (finding,) = judge(replace(CALM, iterator_age=tuple(0.5 * second for second in range(60))))
    assert finding.kind == "overload"
    assert "the iterator age grew from 1.0 s to 28.5 s" in finding.text


def test_what_grows_by_less_than_a_quarter_of_the_time_is_not_said_to_grow() -> None:
    for seconds, grows in ((60.0, False), (20.0, True)):
        age = tuple(7.0 * number / 20 for number in range(21))
        assert bool(judge(replace(CALM, iterator_age=age, seconds=seconds))) == grows


def test_what_grows_by_little_is_not_said_to_grow_however_short_the_time() -> None:
    assert judge(replace(CALM, iterator_age=tuple(0.3 * number for number in range(15)), seconds=8.0)) == ()


def test_acknowledgements_that_come_ever_later_are_overload() -> None:
    (finding,) = judge(replace(CALM, put=tuple(0.5 * second for second in range(60))))
    assert finding.kind == "overload"
    assert "acknowledgement, 1.0 s at first and 28.5 s in the end" in finding.text


def test_a_busy_machine_bounds_what_a_local_run_can_say_but_no_other() -> None:
    (finding,) = judge(replace(CALM, machine_busy=0.9))
    assert (finding.kind, "90% busy" in finding.text) == ("limit", True)
    assert judge(replace(CALM, machine_busy=0.9, local=False)) == ()
