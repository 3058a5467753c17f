"""Costs that were put into log lines are read out of them again."""

from collections.abc import Iterator
from random import Random

import pytest

from load.calibration.from_logs import cost_from
from load.errors import LoadError
from load.model.surroundings import AWS
from load.stack.log_lines import Lines, Reported

COST = {"batch": 0.002, "record": 5e-6, "event": 20e-6, "segment": 0.001}


def ingest(megabytes: float, *, noise: float = 0.0, invocations: int = 400) -> Lines:
    """Return the lines of invocations that cost `COST` of a whole processor, and wait for one round of calls."""
    random, lines = Random(7), Lines()
    for number in range(invocations):
        records, events, segments = random.randrange(1, 400), random.randrange(1, 20_000), random.randrange(1, 8)
        work = COST["batch"] + COST["record"] * records + COST["event"] * events + COST["segment"] * segments
        seconds = work / min(megabytes / 1_769, 1) * random.uniform(1 - noise, 1 + noise)
        waited = AWS.log.typical(segments)
        lines.reported[str(number)] = Reported(seconds + waited, megabytes, 2**20, first=False)
        told = {"records": records, "events": events, "segments": segments, "refused": 0, "read_units": 0.0}
        lines.said[str(number)] = told
    lines.logged = 1_300 * invocations
    return lines


@pytest.mark.parametrize("megabytes", [256, 1_024, 3_008])
def test_costs_are_of_a_whole_processor_whatever_memory_the_function_has(megabytes: float) -> None:
    cost = cost_from("ingest", ingest(megabytes))
    for part, seconds in COST.items():
        assert cost.seconds[part] == pytest.approx(seconds, rel=0.05), part
    assert (cost.seconds["kilobyte"], cost.seconds["hashtag"]) == (0.0, 0.0)
    assert cost.median_error < 0.01
    assert cost.logged == 1_300


def test_how_far_the_points_lie_from_the_fit_is_said() -> None:
    assert 0.001 < cost_from("ingest", ingest(1_024, noise=0.3)).median_error < 0.3


def test_first_invocations_and_failed_batches_are_left_out() -> None:
    lines = ingest(1_024)
    clean = cost_from("ingest", lines).seconds
    for number in range(0, 400, 2):
        slow = Reported(9.0, 1_024, 2**20, first=number % 4 == 0)
        lines.reported[f"slow {number}"] = slow
        lines.said[f"slow {number}"] = {**lines.said[str(number)], "errors": {"Throttled": 1}}
    assert cost_from("ingest", lines).seconds == clean


def same(invocations: int, **said: float) -> Lines:
    lines = Lines()
    for number in range(invocations):
        lines.reported[str(number)] = Reported(0.05, 512, 2**20, first=False)
        lines.said[str(number)] = said
    return lines


def test_invocations_that_are_all_alike_tell_nothing_and_what_to_do_is_said() -> None:
    lines = same(50, records=10, events=100, segments=2, refused=0, read_units=0)
    with pytest.raises(LoadError, match=r"too much alike .* send loads of several rates"):
        cost_from("ingest", lines)


def test_logs_without_lambdas_reports_say_what_is_missing() -> None:
    lines = same(50, records=10, events=100, segments=2, refused=0, read_units=0)
    lines.reported.clear()
    with pytest.raises(LoadError, match="50 lines of its own, 0 reports of Lambda; deploy with SystemLogLevel=INFO"):
        cost_from("ingest", lines)


def rollups() -> Iterator[tuple[int, int]]:
    random = Random(8)
    for _ in range(200):
        yield random.randrange(1, 500), random.randrange(2, 80)


def test_parts_that_always_come_together_are_one() -> None:
    lines = Lines()
    for number, (segments, _) in enumerate(rollups()):
        units = 2 * segments
        lines.reported[str(number)] = Reported(0.02 + 0.001 * units, 1_769, 2**20, first=False)
        lines.said[str(number)] = {"segments": segments, "write_units": units, "buckets_written": 0}
    cost = cost_from("rollup", lines)
    assert cost.seconds["segment"] == 0.0
    assert cost.of(segment=100, unit=200) == pytest.approx(0.02 + 0.2 - 3 * AWS.trends.typical(1), rel=0.05)
