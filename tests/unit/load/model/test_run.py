"""What the model expects of configurations: against what follows from their settings by hand."""

from dataclasses import replace
from statistics import fmean

import pytest

from load.calibration.calibration import CallTime, Starts, default_calibration
from load.configuration import CapacityMode, Configuration
from load.model.outcome import Constraint, Outcome
from load.model.run import simulate
from load.model.shards import on_demand_shards
from load.model.span import Lead
from load.model.surroundings import AWS, Latency, Surroundings, local_stack
from load.model.traffic import Traffic
from load.workload.events import EventShape
from load.workload.profile import Piece, Profile
from load.workload.shapes import spike, steady

CALIBRATION = default_calibration()
DEFAULT = Configuration()
NO_WINDOWS = Configuration(ingest_window_seconds=0, rollup_window_seconds=0)


def starting(seconds: float) -> Starts:
    always = CallTime(median=seconds, p99=seconds)
    return Starts(ingest=always, rollup=always, views=always)


def run(
    rate: float,
    configuration: Configuration = DEFAULT,
    seconds: float = 60,
    seed: int = 0,
    shape: EventShape = EventShape(),  # noqa: B008 - it is frozen
) -> Outcome:
    return simulate(Traffic(steady(rate, seconds), shape), configuration, CALIBRATION, AWS, seed)


def test_the_same_seed_finds_the_same() -> None:
    first, second, other = run(500, seed=3), run(500, seed=3), run(500, seed=4)

    assert first.freshness.quantiles(0.5, 0.99) == second.freshness.quantiles(0.5, 0.99)
    assert first.usage == second.usage
    assert first.freshness.mean != other.freshness.mean


def test_every_event_comes_through_where_there_is_room() -> None:
    outcome = run(1_000)

    assert outcome.rate == pytest.approx(1_000)
    assert outcome.counted == pytest.approx(1_000, rel=0.02)
    assert outcome.lists.weight == pytest.approx(outcome.freshness.weight, rel=0.02)
    assert outcome.refused == 0
    assert not outcome.overloaded


def test_each_stage_comes_after_the_one_before() -> None:
    outcome = run(1_000)

    for fraction in (0.1, 0.5, 0.99):
        ((put,), (log,), (fresh,), (lists,)) = (
            each.quantiles(fraction) for each in (outcome.put, outcome.log, outcome.freshness, outcome.lists)
        )
        assert put < log < fresh < lists


def test_without_windows_what_is_left_is_polling_and_work() -> None:
    outcome = run(1_000, replace(DEFAULT, ingest_window_seconds=0, rollup_window_seconds=0))

    (p50, p99) = outcome.freshness.quantiles(0.5, 0.99)
    # Kinesis is polled once a second, the log's stream four times; calls and work take some tenths.
    assert 0.5 < p50 < 1.8
    assert p99 < 3


@pytest.mark.parametrize("window", [1, 4, 10])
def test_half_a_window_more_is_half_a_window_later(window: int) -> None:
    def age(seconds: int) -> float:
        # Where windows and polls stand to each other is each seed's own.
        return fmean(
            run(1_000, replace(DEFAULT, ingest_window_seconds=seconds), seconds=120, seed=seed).freshness.mean
            for seed in range(3)
        )

    later = age(window + 4) - age(window)

    assert later == pytest.approx(2.0, abs=0.5)


def test_longer_windows_cost_less() -> None:
    units = [
        run(1_000, replace(DEFAULT, ingest_window_seconds=each, rollup_window_seconds=each)).usage.write_units
        for each in (1, 5, 20)
    ]

    assert units[0] > 1.5 * units[1] > 2 * units[2]


def test_half_the_shards_needed_show_as_overload() -> None:
    # A shard takes 1 MiB a second, 3,300 such events.
    outcome = run(10_000, Configuration(shards=2), seconds=120)

    assert outcome.overloaded
    assert outcome.binding is Constraint.BYTES
    assert outcome.utilisation[Constraint.BYTES] == pytest.approx(10_000 * 317 / 2 / 2**20, rel=0.1)
    assert outcome.refused > 0
    assert outcome.lists.quantiles(0.99)[0] > 30
    assert not run(10_000, Configuration(shards=4)).overloaded


def test_records_bind_where_nothing_is_aggregated() -> None:
    outcome = run(1_500, Configuration(shards=1, aggregate_bytes=64))

    assert outcome.binding is Constraint.RECORDS
    assert outcome.utilisation[Constraint.RECORDS] == pytest.approx(1.5)


def test_a_slow_function_binds_by_the_factor_and_concurrent_batches_help() -> None:
    slow = CALIBRATION.model_copy(
        update={
            "ingest": CALIBRATION.ingest.model_copy(update={"seconds": {**CALIBRATION.ingest.seconds, "event": 1e-3}})
        }
    )
    traffic = Traffic(steady(2_000, 60))
    one = Configuration(shards=1, ingest_memory_megabytes=1_769)
    four = replace(one, ingest_parallelization_factor=4, lanes_per_shard=16)

    alone, together = (simulate(traffic, each, slow, AWS) for each in (one, four))

    assert alone.binding is Constraint.FACTOR
    assert alone.functions["IngestFunction"].age.longest > 20
    assert together.utilisation[Constraint.FACTOR] < 0.95
    assert together.functions["IngestFunction"].age.longest < 15


def test_less_memory_is_less_of_a_processor_but_not_on_one_machine() -> None:
    small, large = (replace(DEFAULT, ingest_memory_megabytes=each) for each in (256, 1_769))

    on_aws = [run(1_000, each).functions["IngestFunction"].busy for each in (small, large)]
    traffic = Traffic(steady(1_000, 60))
    local = [
        simulate(traffic, each, CALIBRATION, local_stack(CALIBRATION.local)).functions["IngestFunction"].busy
        for each in (small, large)
    ]

    assert on_aws[0] > 2 * on_aws[1]
    assert local[0] == pytest.approx(local[1], rel=0.1)


def test_where_windows_stand_to_each_other_follows_from_the_start_of_a_local_stack_and_is_chance_on_aws() -> None:
    traffic = Traffic(steady(200, 30))
    always = CallTime(median=0.003, p99=0.003)
    calls = dict.fromkeys(("put", "read", "log", "trends", "invoke"), always)
    local = local_stack(CALIBRATION.local.model_copy(update={**calls, "starts": starting(0.4)}))
    call = Latency(0.003, 0.003)
    aws = replace(AWS, put=call, log=call, trends=call, invoke=call)

    def spread(surroundings: Surroundings) -> float:
        medians = [
            simulate(traffic, DEFAULT, CALIBRATION, surroundings, seed).freshness.quantiles(0.5)[0] for seed in range(6)
        ]
        return max(medians) - min(medians)

    # Nothing else is chance here: neither calls nor starts are.
    assert spread(local) == spread(replace(aws, fresh=True)) == 0
    assert spread(aws) > 0.1
    assert spread(replace(local, fresh=False)) > 0.1


@pytest.mark.parametrize("function", ["ingest", "rollup", "views"])
def test_the_first_batches_of_a_local_stack_wait_for_environments(function: str) -> None:
    traffic = Traffic(steady(200, 20))
    lead = Lead(ready_seconds=2.0, warm_up_seconds=0.0)
    quick = starting(0.1)
    slow = quick.model_copy(update={function: CallTime(median=10.0, p99=10.0)})

    soon, late = (
        simulate(traffic, NO_WINDOWS, CALIBRATION, local_stack(times), lead=lead)
        for times in (CALIBRATION.local.model_copy(update={"starts": starts}) for starts in (quick, slow))
    )

    assert late.lists.longest > soon.lists.longest + 4
    # Values are there without views.
    assert (late.freshness.longest > soon.freshness.longest + 4) == (function != "views")


@pytest.mark.parametrize("update", [{"starts_at_once": 1.0}, {"first_batch": 1.0}])
def test_first_batches_are_later_where_environments_share_processors_or_need_more_than_later_ones(
    update: dict[str, float],
) -> None:
    traffic = Traffic(steady(200, 20))
    lead = Lead(ready_seconds=2.0, warm_up_seconds=0.0)
    times = CALIBRATION.local.model_copy(update={"starts_at_once": 4.0, "starts": starting(1.0), "first_batch": 0.0})
    four = replace(NO_WINDOWS, shards=4)

    quick, late = (
        simulate(traffic, four, CALIBRATION, local_stack(each), lead=lead).freshness.longest
        for each in (times, times.model_copy(update=update))
    )

    assert late > quick + 0.8


def test_writers_that_share_a_key_group_cost_units() -> None:
    apart, shared = (run(4_000, Configuration(shards=8, key_groups=each)) for each in (8, 1))

    assert shared.usage.write_units > 1.3 * apart.usage.write_units


def test_a_spike_is_seen_in_freshness_of_a_stream_made_for_less() -> None:
    traffic = Traffic(spike(1_000, 10_000, 120))

    outcome = simulate(traffic, Configuration(shards=2), CALIBRATION, AWS)

    calm = run(1_000)
    assert outcome.freshness.quantiles(0.5)[0] > calm.freshness.quantiles(0.5)[0]
    assert outcome.freshness.longest > 10
    assert outcome.counted == pytest.approx(outcome.rate, rel=0.02)


def test_a_skewed_key_heats_one_shard() -> None:
    shape = EventShape(keys=1_000, key_skew=1.2)
    outcome = simulate(Traffic(steady(2_000, 60), shape), Configuration(shards=4), CALIBRATION, AWS)

    hottest, *others = (stream.utilisation for stream, _ in outcome.streams)
    assert hottest > 1.3 * min(others)


def test_many_shards_stand_for_all_of_them() -> None:
    outcome = run(200_000, Configuration(shards=100, key_groups=128))

    assert sum(weight for _, weight in outcome.streams) == pytest.approx(100)
    assert outcome.counted == pytest.approx(200_000, rel=0.02)


def test_an_on_demand_stream_has_room_for_twice_its_peak() -> None:
    traffic = Traffic(steady(20_000, 60))
    configuration = Configuration(shards=1, stream_mode=CapacityMode.ON_DEMAND)

    outcome = simulate(traffic, configuration, CALIBRATION, AWS)

    assert on_demand_shards(traffic, configuration) == 13
    assert len(outcome.streams) == 13
    assert not outcome.overloaded
    assert on_demand_shards(Traffic(steady(1, 60)), configuration) == 4


def test_a_profile_that_begins_and_ends_in_silence_is_run() -> None:
    traffic = Traffic(Profile([Piece(30, 0, 1_000), Piece(30, 1_000, 0)], "there and back"))

    outcome = simulate(traffic, DEFAULT, CALIBRATION, AWS)

    assert outcome.rate == pytest.approx(500)
    assert outcome.counted == pytest.approx(500, rel=0.05)


def test_the_last_events_of_a_run_wait_for_the_window_where_they_fill_no_batch() -> None:
    configuration = Configuration(shards=1, ingest_window_seconds=5, rollup_window_seconds=1, ingest_batch_size=20)
    traffic, local = Traffic(steady(150, 30)), local_stack(CALIBRATION.local)

    longest = [
        simulate(traffic, configuration, CALIBRATION, local, lead=Lead(ready, 6.0)).freshness.longest
        for ready in (2.4, 2.6, 2.8)
    ]
    in_the_midst = simulate(traffic, configuration, CALIBRATION, replace(local, fresh=False)).freshness.longest

    assert min(longest) > 5 > in_the_midst


def test_probes_weigh_each_second_alike_and_events_each_event() -> None:
    outcome = simulate(Traffic(spike(100, 400, 60)), Configuration(shards=2), CALIBRATION, AWS)

    assert outcome.probed.weight == pytest.approx(60, rel=0.02)
    assert outcome.freshness.weight == pytest.approx(60 * outcome.rate, rel=0.02)


def test_an_author_with_more_events_than_a_shard_takes_is_told_apart() -> None:
    shape = EventShape(keys=100, key_skew=1.0)

    some, many = (run(rate, Configuration(shards=4), shape=shape) for rate in (10_000, 40_000))

    assert some.binding is Constraint.BYTES
    assert many.binding is Constraint.AUTHOR
    assert many.utilisation[Constraint.AUTHOR] > 1


@pytest.mark.parametrize(("keys", "shards"), [(1, 2), (2, 8)])
def test_shards_without_an_author_take_nothing(keys: int, shards: int) -> None:
    outcome = run(500, Configuration(shards=shards), shape=EventShape(keys=keys))

    assert outcome.counted == pytest.approx(500, rel=0.02)
    assert len(outcome.streams) <= keys


def test_limits_are_used_as_at_the_peak_of_a_profile() -> None:
    configuration = Configuration(shards=4, ingest_window_seconds=0, rollup_window_seconds=0)

    changing = simulate(Traffic(spike(20, 2_000, 600)), configuration, CALIBRATION, AWS)
    steadily = run(2_000, configuration, seconds=120)

    assert changing.rate < 400
    assert changing.utilisation == steadily.utilisation
    assert not changing.overloaded


def test_a_shard_of_a_stream_on_demand_takes_no_more_than_another() -> None:
    on_demand = Configuration(stream_mode=CapacityMode.ON_DEMAND)
    even, skewed = (run(20_000, on_demand, shape=shape) for shape in (EventShape(), EventShape(key_skew=3.0)))

    assert not even.overloaded
    assert skewed.binding is Constraint.AUTHOR
    assert skewed.refused > 0
    assert skewed.lists.quantiles(0.99)[0] > 30


def test_a_provisioned_table_is_made_for_what_the_peak_takes() -> None:
    changing = simulate(Traffic(spike(100, 2_000, 600)), DEFAULT, CALIBRATION, AWS).usage
    steadily = run(2_000, seconds=120).usage

    assert changing.peak_write_units == steadily.write_units == steadily.peak_write_units
    assert changing.peak_read_units == steadily.read_units == steadily.peak_read_units
    assert changing.write_units < steadily.write_units
