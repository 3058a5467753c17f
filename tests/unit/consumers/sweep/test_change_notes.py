"""Whatever rollup or a run of the sweep wrote is noted in the end, wherever that has ended."""

from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import pytest
from botocore.exceptions import ReadTimeoutError

from consumers.counts import Counts
from consumers.rollup.levels import TAKE_OVER_SECONDS
from consumers.schedule import HOUR
from consumers.sweep.probe import LogProbe
from consumers.sweep.sweep import Sweep, SweepReport
from consumers.tables import Level, change_key
from consumers.trends.notes import Versions
from consumers.trends.state import LevelsState, encode_state
from consumers.trends.table import TrendsTable
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import (
    BUCKETS,
    MINUTE,
    RETENTION,
    SerialExecutor,
    a_rollup,
    a_segment,
    append,
    plenty,
)
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


def swept(dynamodb: SimulatedTables, now: float = NOW) -> SweepReport:
    """Have a run check the hour."""
    sweep = Sweep(
        a_rollup(dynamodb, lambda: now),
        LogProbe(dynamodb.client(), LOG_TABLE, lambda _: None),
        HOURS,
        pool=SerialExecutor(),
        clock=lambda: now,
    )
    sweep.rollup.table.save_sweep_cursor(HOUR_START)
    return sweep.run(plenty)


def ended_at(dynamodb: SimulatedTables, call: int, run: Callable[[SimulatedTables], object] = swept) -> bool:
    """Have `run` end before that call; return whether it got there."""
    calls = count()

    def end(_: str) -> Fault:
        if next(calls) >= call:
            raise Ended
        return Fault.NONE

    dynamodb.before_call = end
    try:
        run(dynamodb)
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
    """Of minute, hour and day, each with its buckets."""

    @property
    def levels(self) -> list[Counts | None]:
        """Those of hour and day."""
        return self.counts[BUCKETS:]


def look(dynamodb: SimulatedTables) -> Looked:
    table = a_rollup(dynamodb).table
    starts = {level: level.floor(MINUTE) for level in Level}
    items = [table.get(level, start, bucket) for level, start in starts.items() for bucket in (0, 1, 2)]
    return Looked(
        table.changes(HOUR_START, HOUR_START).get(HOUR_START, {}), [item.counts if item else None for item in items]
    )


def is_untold(seen: Looked, after: Looked) -> bool:
    """Tell whether who looked then would not look again, though something has changed since."""
    return seen.counts != after.counts and seen.noted == after.noted


def close(dynamodb: SimulatedTables) -> None:
    """Have the hour and its day closed, with nothing in them."""
    newest, day = Level.HOUR.floor(NOW), Level.DAY.floor(NOW)
    dynamodb.load(TRENDS_TABLE, [encode_state(LevelsState(newest, newest, day, day))])


@pytest.fixture(params=[the_stream_lost_a_segment, rollup_ended_before_it_corrected_the_hour])
def worlds(request: pytest.FixtureRequest) -> Worlds:
    def made() -> SimulatedTables:
        dynamodb = SimulatedTables()
        request.param(dynamodb)
        close(dynamodb)
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
        looks = [("before", before), ("in between", look(dynamodb))]
        for run in (1, 2):
            swept(dynamodb, NOW + run * TAKE_OVER_SECONDS)
        after = look(dynamodb)
        untold += [(call, name) for name, seen in looks if is_untold(seen, after)]
        assert None not in after.counts
    assert call > 20
    assert untold == []


def test_what_rollup_wrote_is_noted_by_the_sweep_wherever_rollup_ended() -> None:
    untold = []
    for call in count():
        dynamodb = SimulatedTables()
        append(dynamodb, a_segment(0))
        close(dynamodb)
        before = look(dynamodb)
        if not ended_at(dynamodb, call, lambda world: a_rollup(world).apply([a_segment(0)], plenty)):
            break
        looks = [("before", before), ("in between", look(dynamodb))]
        swept(dynamodb)
        after = look(dynamodb)
        untold += [(call, name) for name, seen in looks if is_untold(seen, after)]
    assert call > 5
    assert untold == []


def test_what_rollup_wrote_and_could_not_note_is_noted_by_the_sweep() -> None:
    dynamodb = SimulatedTables()
    append(dynamodb, a_segment(0))
    dynamodb.before_call = lambda operation: Fault.THROTTLED if operation == "UpdateItem" else Fault.NONE
    a_rollup(dynamodb).apply([a_segment(0)], plenty)
    dynamodb.before_call = lambda _: Fault.NONE
    assert look(dynamodb).noted == {}
    swept(dynamodb)
    assert look(dynamodb).noted.keys() == {MINUTE}


def test_what_was_told_of_is_not_told_again(worlds: Worlds) -> None:
    dynamodb = worlds()
    for run in (1, 2):
        swept(dynamodb, NOW + run * TAKE_OVER_SECONDS)
    noted = look(dynamodb).noted
    swept(dynamodb, NOW + 3 * TAKE_OVER_SECONDS)
    assert look(dynamodb).noted == noted


def test_minutes_that_may_be_deleted_in_part_are_not_noted(worlds: Worlds) -> None:
    dynamodb = worlds()
    before = look(dynamodb)
    swept(dynamodb, HOUR_START + RETENTION.seconds(Level.MINUTE))
    assert look(dynamodb).noted == before.noted


def unanswered(*_: object) -> None:
    raise ReadTimeoutError(endpoint_url="https://dynamodb")


def test_no_hour_is_written_where_it_cannot_be_kept_that_it_is_to_be_noted() -> None:
    dynamodb = SimulatedTables()
    rollup_ended_before_it_corrected_the_hour(dynamodb)
    close(dynamodb)
    before = look(dynamodb)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TrendsTable, "note_changes", unanswered)
        swept(dynamodb)
        assert look(dynamodb).levels == before.levels
    swept(dynamodb, NOW + TAKE_OVER_SECONDS)
    assert look(dynamodb).levels != before.levels
    assert look(dynamodb).noted != before.noted


@pytest.mark.parametrize("damage", [{"v": {"N": "99"}}, {"m99": {"S": "?"}}, {"r00": {"S": "?"}}])
def test_a_damaged_note_stops_no_check(worlds: Worlds, damage: dict[str, dict[str, object]]) -> None:
    dynamodb = worlds()
    before = look(dynamodb)
    note = {**change_key(HOUR_START).attributes, "v": {"N": "1"}, "x": {"N": "1"}, **damage}
    dynamodb.load(TRENDS_TABLE, [note])
    assert swept(dynamodb).checks_failed
    dynamodb.tables[TRENDS_TABLE].pop(tuple(each["S"] for each in change_key(HOUR_START).attributes.values()), None)
    assert look(dynamodb).counts != before.counts
