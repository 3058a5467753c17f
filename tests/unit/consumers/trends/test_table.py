"""Reading and conditional writing of the trends, items of several parts among them."""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from consumers import counts as counting
from consumers.counts import Counts, empty
from consumers.schedule import DAY, HOUR
from consumers.tables import Level
from consumers.trends import item as items
from consumers.trends.errors import RevisionRefusedError, TornBucketError, TrendsFormatError
from consumers.trends.item import BucketItem
from consumers.trends.loading import bucket_items, load
from consumers.trends.state import LevelsState, Mark
from consumers.trends.table import TrendsTable
from simulation.services.faults import Fault
from tests.unit.consumers.rollup.making import MINUTE, RETENTION, SCHEDULE, some_counts
from tests.unit.consumers.simulated_tables import TRENDS_TABLE, SimulatedTables

MIDNIGHT = 1_763_683_200
"""2025-11-21T00:00:00Z."""


@pytest.fixture
def dynamodb() -> SimulatedTables:
    return SimulatedTables()


@pytest.fixture
def table(dynamodb: SimulatedTables) -> TrendsTable:
    return TrendsTable(dynamodb.client(), TRENDS_TABLE)


def an_item(start: int = MINUTE, *hashtags: str, level: Level = Level.MINUTE) -> BucketItem:
    blank = BucketItem.blank(level, start, 1, positions=4, expires_at=2_000_000_000)
    return blank.succeeded_by(some_counts(*hashtags), (1, 0, 0, 0), 1)


def next_of(item: BucketItem, *hashtags: str) -> BucketItem:
    return item.succeeded_by(some_counts(*hashtags), item.vector, 2)


def test_what_was_put_is_read(table: TrendsTable) -> None:
    assert table.get(Level.MINUTE, MINUTE, 1) is None
    table.put(an_item(MINUTE, "rivers"))
    assert table.get(Level.MINUTE, MINUTE, 1) == an_item(MINUTE, "rivers")
    assert table.get(Level.MINUTE, MINUTE, 0) is None


def test_a_refused_put_brings_the_winner(table: TrendsTable) -> None:
    first = an_item(MINUTE, "rivers")
    table.put(first)
    with pytest.raises(RevisionRefusedError, match=r"revision 1 of minute 2025-11-21T09:30 bucket 1") as refused:
        table.put(an_item(MINUTE, "lakes"))
    assert refused.value.winner == first
    table.put(next_of(first, "lakes"))
    with pytest.raises(RevisionRefusedError) as refused:
        table.put(next_of(first, "seas"))
    assert refused.value.winner == next_of(first, "lakes")


def test_a_put_for_which_there_is_nothing_to_follow_is_refused(table: TrendsTable) -> None:
    with pytest.raises(RevisionRefusedError) as refused:
        table.put(next_of(an_item()))
    assert refused.value.winner is None


def test_other_errors_of_a_put_are_the_callers(table: TrendsTable, dynamodb: SimulatedTables) -> None:
    dynamodb.before_call = lambda _: Fault.THROTTLED
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        table.put(an_item())


@pytest.mark.parametrize(
    ("level", "starts"),
    [
        (Level.MINUTE, range(MIDNIGHT - 30 * 60, MIDNIGHT + 90 * 60, 60)),
        (Level.HOUR, range(MIDNIGHT - 3 * HOUR, MIDNIGHT + 27 * HOUR, HOUR)),
        (Level.DAY, range(MIDNIGHT - 40 * DAY, MIDNIGHT + 40 * DAY, DAY)),
    ],
)
def test_a_query_crosses_partitions_and_pages_and_takes_exactly_its_span(
    table: TrendsTable, level: Level, starts: range
) -> None:
    load(table, [an_item(start, level=level) for start in starts])
    for first, end in ((0, len(starts)), (1, -1), (3, 4), (10, 10)):
        wanted = starts[first:end]
        end_of_span = wanted[-1] + level.seconds if wanted else starts[first]
        found = table.query(level, 1, starts[first], end_of_span)
        assert [item.start for item in found] == list(wanted)
        assert [held.start for held in table.progress(level, 1, starts[first], end_of_span)] == list(wanted)
    assert not table.query(level, 2, starts[0], starts[-1])


def test_a_span_may_end_within_a_bucket(table: TrendsTable) -> None:
    load(table, [an_item(MINUTE), an_item(MINUTE + 60)])
    assert [item.start for item in table.query(Level.MINUTE, 1, MINUTE, MINUTE + 1)] == [MINUTE]


def test_progress_tells_revision_and_vector(table: TrendsTable) -> None:
    table.put(an_item())
    table.put(next_of(an_item()))
    (progress,) = table.progress(Level.MINUTE, 1, MINUTE, MINUTE + 60)
    assert progress == (Level.MINUTE, MINUTE, 1, 2, (1, 0, 0, 0), None)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MAX_PART_BYTES", 60)


def many(prefix: str, number: int) -> list[str]:
    return [f"{prefix}{n * n}" for n in range(number)]


@pytest.mark.usefixtures("small_parts")
def test_an_item_of_several_parts_is_read_whole_however_it_is_read(
    table: TrendsTable, dynamodb: SimulatedTables
) -> None:
    big, small = an_item(MINUTE, *many("a", 50)), an_item(MINUTE + 60)
    load(table, [big, small])
    assert "TransactWriteItems" in dynamodb.calls
    assert table.get(Level.MINUTE, MINUTE, 1) == big
    assert table.query(Level.MINUTE, 1, MINUTE, MINUTE + 120) == [big, small]
    assert len(table.progress(Level.MINUTE, 1, MINUTE, MINUTE + 120)) == 2
    assert table.query(Level.MINUTE, 1, MINUTE + 60, MINUTE + 120) == [small]


@pytest.mark.usefixtures("small_parts")
def test_an_item_of_several_parts_is_written_whole_or_not(table: TrendsTable) -> None:
    big = an_item(MINUTE, *many("a", 50))
    table.put(big)
    with pytest.raises(RevisionRefusedError) as refused:
        table.put(an_item(MINUTE, *many("b", 50)))
    assert refused.value.winner is None
    assert table.get(Level.MINUTE, MINUTE, 1) == big
    fewer = next_of(big, *many("c", 20))  # leaves parts of the older revision behind
    table.put(fewer)
    assert table.get(Level.MINUTE, MINUTE, 1) == fewer
    assert table.query(Level.MINUTE, 1, MINUTE, MINUTE + 60) == [fewer]


def on_call(number: int, act: Callable[[], None]) -> Callable[[str], Fault]:
    """Return what does `act` before the `number`-th call from now."""
    left = [number]

    def before(_: str) -> Fault:
        left[0] -= 1
        if left[0] == 0:
            act()
        return Fault.NONE

    return before


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_rewrite_between_an_item_and_its_parts_is_noticed(
    table: TrendsTable, dynamodb: SimulatedTables, call: int
) -> None:
    first = an_item(MINUTE, *many("a", 200))  # more parts than fit on one page
    table.put(first)
    second = next_of(first, *many("b", 200))
    dynamodb.before_call = on_call(call, lambda: TrendsTable(dynamodb.client(), TRENDS_TABLE).put(second))
    assert table.get(Level.MINUTE, MINUTE, 1) in (first, second)


@pytest.mark.usefixtures("small_parts")
def test_endless_rewriting_ends_a_read_with_an_error(table: TrendsTable, dynamodb: SimulatedTables) -> None:
    last = an_item(MINUTE, *many("a", 200))
    table.put(last)
    writer = TrendsTable(dynamodb.client(), TRENDS_TABLE)
    writing = False

    def rewrite(_: str) -> Fault:
        nonlocal last, writing
        if not writing:
            writing = True
            last = next_of(last, *many("a", 200))
            writer.put(last)
            writing = False
        return Fault.NONE

    dynamodb.before_call = rewrite
    with pytest.raises(TornBucketError, match="rewritten"):
        table.get(Level.MINUTE, MINUTE, 1)


STATE = LevelsState(closing=7_200, closed=3_600, day_closing=86_400, day_closed=0)


def test_the_state_is_made_once_and_its_marks_only_rise(table: TrendsTable) -> None:
    assert table.state() is None
    assert not table.raise_mark(Mark.HOUR_CLOSED, 7_200)
    assert table.create_state(STATE)
    assert not table.create_state(LevelsState(1, 1, 1, 1))
    assert table.state() == STATE
    assert table.raise_mark(Mark.HOUR_CLOSED, 7_200)
    assert not table.raise_mark(Mark.HOUR_CLOSED, 7_200)
    assert not table.raise_mark(Mark.HOUR_CLOSED, 3_600)
    assert table.raise_mark(Mark.NEWEST_ARRIVAL, 5)
    assert not table.raise_mark(Mark.NEWEST_ARRIVAL, 4)
    assert table.state() == LevelsState(7_200, 7_200, 86_400, 0, newest_arrival_ms=5)


def test_the_state_says_what_is_closing() -> None:
    assert [STATE.is_closing(Level.HOUR, start) for start in (0, 3_600, 7_200)] == [True, True, False]
    assert [STATE.is_closing(Level.DAY, start) for start in (0, DAY)] == [True, False]


def test_a_state_that_lacks_something_is_named(table: TrendsTable, dynamodb: SimulatedTables) -> None:
    table.create_state(STATE)
    del dynamodb.tables[TRENDS_TABLE]["rollup", "levels"]["closing"]
    with pytest.raises(TrendsFormatError, match="no levels state"):
        table.state()


@pytest.mark.parametrize("act", [lambda t: t.create_state(STATE), lambda t: t.raise_mark(Mark.HOUR_CLOSED, 1)])
def test_other_errors_of_the_state_are_the_callers(
    table: TrendsTable, dynamodb: SimulatedTables, act: Callable[[TrendsTable], object]
) -> None:
    dynamodb.before_call = lambda _: Fault.THROTTLED
    with pytest.raises(ClientError):
        act(table)


def test_the_sweeps_cursor_is_kept(table: TrendsTable) -> None:
    assert table.sweep_cursor() is None
    table.save_sweep_cursor(7_200)
    table.save_sweep_cursor(3_600)
    assert table.sweep_cursor() == 3_600


@pytest.mark.parametrize("level", list(Level))
def test_plain_counts_become_all_buckets_of_a_minute_hour_or_day(table: TrendsTable, level: Level) -> None:
    counts: Counts = some_counts("rivers", "lakes", "seas", "rain", events=3)
    start = level.floor(MINUTE)
    load(table, bucket_items(level, start, counts, schedule=SCHEDULE, retention=RETENTION, newest_arrival_ms=9))
    found = [table.get(level, start, bucket) for bucket in range(4)]
    total = empty()
    for item in found[:3]:
        assert item is not None
        assert (item.revision, item.newest_arrival_ms) == (1, 9)
        assert item.expires_at == RETENTION.expires_at(level, start)
        counting.add(total, item.counts)
    assert found[3] is None
    assert total == counts
