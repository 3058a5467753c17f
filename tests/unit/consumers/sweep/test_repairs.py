"""Whatever a run of the sweep wrote is noted in the end, wherever that run has ended."""

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import pytest
from botocore.exceptions import ReadTimeoutError

from consumers.counts import Counts
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.schedule import HOUR
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep
from consumers.tables import REPAIRS, Level
from consumers.trends.notes import Versions
from consumers.trends.state import LevelsState, encode_state
from consumers.trends.table import TrendsTable
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import MINUTE, SerialExecutor, a_rollup, a_segment, append, plenty
from tests.unit.consumers.simulated_tables import LOG_TABLE, TRENDS_TABLE, SimulatedTables

HOUR_START = Level.HOUR.floor(MINUTE)
NOW = HOUR_START + 30.0 * HOUR
"""The hour is closed, and its day."""
HOURS = 48
"""So that a run checks one hour."""


Worlds = Callable[[], SimulatedTables]
"""Makes the same tables each time."""


class Ended(BaseException):
    """The process is no more."""


def swept(dynamodb: SimulatedTables, now: float = NOW) -> None:
    """Have a run check the hour."""
    sweep = Sweep(
        a_rollup(dynamodb, lambda: now),
        LogProbe(dynamodb.client(), LOG_TABLE, lambda _: None),
        HOURS,
        pool=SerialExecutor(),
        clock=lambda: now,
    )
    sweep.rollup.table.save_sweep_cursor(HOUR_START)
    sweep.run(plenty)


def ended_at(dynamodb: SimulatedTables, call: int) -> bool:
    """Have a run end before that call; return whether it got there."""
    calls = count()

    def end(_: str) -> Fault:
        if next(calls) >= call:
            raise Ended
        return Fault.NONE

    dynamodb.before_call = end
    try:
        swept(dynamodb)
    except Ended:
        return True
    finally:
        dynamodb.before_call = lambda _: Fault.NONE
    return False


def the_stream_lost_a_segment(dynamodb: SimulatedTables) -> None:
    append(dynamodb, a_segment(0), a_segment(1))
    a_rollup(dynamodb).apply([a_segment(0)], plenty)


def rollup_ended_before_it_corrected_the_hour(dynamodb: SimulatedTables) -> None:
    append(dynamodb, a_segment(0))
    a_rollup(dynamodb).apply([a_segment(0)], plenty)


class Looked(NamedTuple):
    """What a reader remembers: numbers first, then what they are about."""

    noted: Versions
    counts: list[Counts | None]


def look(dynamodb: SimulatedTables) -> Looked:
    table = a_rollup(dynamodb).table
    starts = {level: level.floor(MINUTE) for level in Level}
    items = [table.get(level, start, bucket) for level, start in starts.items() for bucket in (0, 1, 2)]
    return Looked(
        table.changes(HOUR_START, HOUR_START).get(HOUR_START, {}), [item.counts if item else None for item in items]
    )


@pytest.fixture(params=[the_stream_lost_a_segment, rollup_ended_before_it_corrected_the_hour])
def worlds(request: pytest.FixtureRequest) -> Worlds:
    def made() -> SimulatedTables:
        dynamodb = SimulatedTables()
        request.param(dynamodb)
        newest, day = Level.HOUR.floor(NOW), Level.DAY.floor(NOW)
        dynamodb.load(TRENDS_TABLE, [encode_state(LevelsState(newest, newest, day, day))])
        return dynamodb

    return made


def test_whoever_looked_before_or_in_between_is_told_of_what_changed_since(
    worlds: Worlds,
) -> None:
    untold = []
    for call in count():
        dynamodb = worlds()
        before = look(dynamodb)
        if not ended_at(dynamodb, call):
            break
        between = look(dynamodb)
        for run in (1, 2):
            swept(dynamodb, NOW + run * TAKE_OVER_SECONDS)
        after = look(dynamodb)
        untold += [
            (call, name)
            for name, seen in (("before", before), ("in between", between))
            if seen.counts != after.counts and seen.noted == after.noted
        ]
        assert None not in after.counts
        assert dynamodb.tables[TRENDS_TABLE].get(("rollup", "repairs"), {}).keys() <= {"bucket", "start", "v"}
    assert call > 20
    assert untold == []


def test_a_run_that_may_still_go_on_is_left_alone(worlds: Worlds) -> None:
    dynamodb = worlds()
    repairs = a_rollup(dynamodb).table.repairs_begun()
    repairs.begin(f"{NOW - TAKE_OVER_SECONDS + 1:010.0f}_0", [HOUR_START])
    swept(dynamodb)
    assert list(repairs.read().values()) == [{HOUR_START}]
    noted = look(dynamodb).noted
    swept(dynamodb, NOW + 1)
    assert repairs.read() == {}
    assert look(dynamodb).noted.keys() >= set(range(HOUR_START, HOUR_START + HOUR, 60)) >= noted.keys()


def unanswered(*_: object) -> None:
    raise ReadTimeoutError(endpoint_url="https://dynamodb")


def test_a_change_that_cannot_be_noted_is_noted_by_a_later_run(worlds: Worlds) -> None:
    dynamodb = worlds()
    before = look(dynamodb)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrendsTable, "note_changes", unanswered)
        swept(dynamodb)
    assert (look(dynamodb).noted, look(dynamodb).counts != before.counts) == (before.noted, True)
    swept(dynamodb, NOW + TAKE_OVER_SECONDS)
    assert look(dynamodb).noted != before.noted


def test_nothing_is_written_where_the_repair_cannot_be_kept(worlds: Worlds) -> None:
    dynamodb = worlds()
    before = look(dynamodb)
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "UpdateItem" else Fault.NONE
    swept(dynamodb)
    assert look(dynamodb) == before


@pytest.mark.parametrize("damage", [{"v": {"N": "99"}}, {"now": {"NS": ["1"]}}, {"1763741760_0": {"S": "?"}}])
def test_a_damaged_item_of_repairs_stops_no_check(worlds: Worlds, damage: dict[str, dict[str, object]]) -> None:
    dynamodb = worlds()
    before = look(dynamodb)
    dynamodb.load(TRENDS_TABLE, [{**REPAIRS.attributes, "v": {"N": "1"}, **damage}])
    swept(dynamodb)
    after = look(dynamodb)
    assert after.counts != before.counts
    assert after.noted != before.noted
