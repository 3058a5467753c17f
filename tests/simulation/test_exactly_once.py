"""Whatever happens on the way, what is counted in the end is what a plain Counter counts.

`SIMULATIONS=20000 pytest tests/simulation` looks at more worlds; a failing seed is a complete report.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from consumers import counts as counting
from consumers.counts import Counts
from consumers.pane_log import segment as segments
from consumers.redrive.survey import read_failed_events
from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import Level
from reporting.answers import Dimension
from reporting.windows import Window, format_seconds
from tests.simulation.environments import simulate_handlers
from tests.simulation.world import BUCKET, World
from tests.unit.consumers.simulated_tables import LOG_TABLE

WORLDS = int(os.environ.get("SIMULATIONS", "12"))


@pytest.fixture(autouse=True, scope="module")
def _simulated_handlers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        simulate_handlers(patch)
        yield


@given(seed=st.integers(0, 2**32))
@settings(max_examples=WORLDS)
@example(seed=0)
def test_each_event_is_counted_once_or_found_as_a_failed_event(seed: int) -> None:
    check(a_run(seed))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=WORLDS)
def test_without_the_sweep_which_would_repair_mistakes_there_are_none(seed: int) -> None:
    check(a_run(seed, sweeps=False))


@given(seed=st.integers(0, 2**32))
@settings(max_examples=-(-WORLDS // 8))
def test_no_trend_changes_when_the_log_expires_bit_by_bit(seed: int) -> None:
    world = a_run(seed)
    for share in (0.5, 1.0):
        world.expire(share)
        check_trends(world)
    assert not world.dynamodb.tables[LOG_TABLE]


def a_run(seed: int, *, sweeps: bool = True) -> World:
    world = World(seed, sweeps=sweeps)
    for _ in range(world.chance.randint(2, 5)):
        world.phase()
    world.settle()
    return world


def check(world: World) -> None:
    check_log(world)
    check_failed_events(world)
    check_trends(world)
    check_reports(world)


def check_log(world: World) -> None:
    """The sum of an address's segments, which are numbered without a gap, is what was sent; no fingerprint is twice."""
    numbers: dict[str, list[int]] = defaultdict(list)
    marks: list[tuple[str, bytes]] = []
    counted: dict[int, Counts] = defaultdict(counting.empty)
    for item in world.dynamodb.tables[LOG_TABLE].values():
        segment = segments.decode(item)
        numbers[segment.address.key].append(segment.number)
        marks += [(segment.address.key, segment.fingerprints[at : at + 8]) for at in range(0, 8 * segment.events, 8)]
        counting.add(counted[segment.address.minute], segment.counts)
    assert len(set(marks)) == len(marks) == len(world.truth.events)
    assert all(sorted(found) == list(range(len(found))) for found in numbers.values())
    assert counted == world.truth.by(MINUTE)


def check_failed_events(world: World) -> None:
    """What could not be counted is kept, each by its position and once, with its reason."""
    failed = [
        ((event.shard_id, int(event.sequence_number), event.sub_sequence_number), str(event.reason))
        for event in read_failed_events(world.s3.client(), BUCKET)
    ]
    assert sorted(failed) == sorted(world.truth.failed.items())


def check_trends(world: World) -> None:
    """Minutes, hours and days are what was sent, in the table itself."""
    for level in Level:
        found: dict[int, Counts] = defaultdict(counting.empty)
        first, last = min(world.truth.by(DAY), default=0), max(world.truth.by(DAY), default=0) + DAY
        for bucket in range(4):
            for item in world.table.query(level, bucket, first, last, consistent=True):
                counting.add(found[item.start], item.counts)
        assert found == world.truth.by(level.seconds), level


def check_reports(world: World) -> None:
    """The reporting API answers with what was sent: top lists, totals and series."""
    queries = world.queries()
    if not world.truth.events:
        return
    for window in Window:
        end = world.chance.choice(list(world.truth.by(window.level.seconds))) + window.level.seconds
        sent = world.truth.between(end - window.seconds, end)
        for dimension in get_args(Dimension):
            answer = queries.trends(dimension, window, 1_000, None, moment(end))
            assert [(item.value, item.count) for item in answer.items] == ranked(sent[dimension])
        assert queries.summary(window, moment(end)).events == sent["kind"].total()
    hour, sent = world.chance.choice(list(world.truth.by(HOUR).items()))
    value = world.chance.choice([*sent["hashtag"], "nothing"])
    series = queries.series("hashtag", value, Level.MINUTE, moment(hour), moment(hour + HOUR))
    assert {point.start: point.count for point in series.points if point.count} == {
        format_seconds(minute): of_minute["hashtag"][value]
        for minute, of_minute in world.truth.by(MINUTE).items()
        if hour <= minute < hour + HOUR and of_minute["hashtag"][value]
    }


def moment(epoch_seconds: int) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)


def ranked(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))
