"""Reading minutes: what is asked of the table, and what becomes of it."""

from consumers.alerts.minutes import KEPT_AFTER_SECONDS, MinutesReader
from consumers.alerts.rules import PAST_WINDOWS, Rules
from consumers.counts import empty
from consumers.schedule import DAY, MINUTE, Schedule
from consumers.tables import Level
from consumers.trends.item import BucketItem
from consumers.trends.loading import bucket_items
from consumers.trends.retention import Retention
from tests.unit.consumers.rollup.making import SerialExecutor

SCHEDULE = Schedule.parse(
    '[{"from": "1970-01-01T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 2},'
    ' {"from": "2026-11-19T00:00:00Z", "seconds": 10, "groups": 8, "buckets": 3}]'
)
MIDNIGHT = 1_795_046_400
RULES = Rules(("hashtag", "lang"), window_minutes=1, least_count=10)


class CountingTable:
    """A table whose every minute has the same counts; remembers what was asked."""

    def __init__(self, schedule: Schedule = SCHEDULE) -> None:
        self.schedule = schedule
        self.asked: list[tuple[int, int, int]] = []

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        assert (level, consistent) == (Level.MINUTE, False)
        self.asked.append((bucket, start, end))
        counts = {**empty(), "hashtag": {"rivers": 20, "lakes": 3}, "lang": {"en": 9, "de": 2}}
        return [
            bucket_items(level, at, counts, schedule=self.schedule, retention=Retention.beyond(7))[bucket]
            for at in range(start, end, MINUTE)
        ]


def reader(table: CountingTable, rules: Rules = RULES) -> MinutesReader:
    return MinutesReader(table, SCHEDULE, rules, SerialExecutor())


def test_all_minutes_are_there_with_the_counts_of_candidates_alone() -> None:
    minutes = reader(CountingTable()).windows([MIDNIGHT], MIDNIGHT)
    assert sorted(minutes) == list(range(MIDNIGHT - (1 + PAST_WINDOWS) * MINUTE, MIDNIGHT, MINUTE))
    assert {minute.totals["hashtag"] for minute in minutes.values()} == {23}
    assert all(minute.counts == {"hashtag": {"rivers": 20}, "lang": {}} for minute in minutes.values())


def test_a_bucket_is_asked_once_and_only_for_dimensions_that_are_watched() -> None:
    table = CountingTable()
    reader(table).windows([MIDNIGHT], MIDNIGHT)
    start = MIDNIGHT - 13 * MINUTE
    assert sorted(table.asked) == [(bucket, start, MIDNIGHT) for bucket in (0, 1, 2)]
    hashtags, breakdowns = CountingTable(), CountingTable()
    reader(hashtags, Rules(("hashtag",), window_minutes=1)).windows([MIDNIGHT], MIDNIGHT)
    reader(breakdowns, Rules(("kind", "lang"), window_minutes=1)).windows([MIDNIGHT], MIDNIGHT)
    assert [bucket for bucket, *_ in hashtags.asked] == [1, 2]
    assert [bucket for bucket, *_ in breakdowns.asked] == [0]


def test_the_number_of_buckets_may_change_at_midnight() -> None:
    table = CountingTable()
    minutes = reader(table).windows([MIDNIGHT + MINUTE], MIDNIGHT + MINUTE)
    assert sorted(table.asked) == [
        *[(bucket, MIDNIGHT - 12 * MINUTE, MIDNIGHT) for bucket in (0,)],
        (0, MIDNIGHT, MIDNIGHT + MINUTE),
        (1, MIDNIGHT - 12 * MINUTE, MIDNIGHT),
        (1, MIDNIGHT, MIDNIGHT + MINUTE),
        (2, MIDNIGHT - 12 * MINUTE, MIDNIGHT),
        (2, MIDNIGHT, MIDNIGHT + MINUTE),
        (3, MIDNIGHT, MIDNIGHT + MINUTE),
    ]
    assert {minute.counts["hashtag"]["rivers"] for minute in minutes.values()} == {20}


def test_a_warm_function_reads_new_minutes_alone() -> None:
    table = CountingTable()
    rules = Rules(("lang",), window_minutes=5)
    warm = reader(table, rules)
    first = warm.windows([MIDNIGHT - MINUTE], MIDNIGHT - MINUTE)
    table.asked.clear()
    second = warm.windows([MIDNIGHT], MIDNIGHT)
    assert table.asked == [(0, MIDNIGHT - MINUTE - KEPT_AFTER_SECONDS, MIDNIGHT)]
    assert second == {minute + MINUTE: counts for minute, counts in first.items()}
    table.asked.clear()
    warm.windows([MIDNIGHT + DAY], MIDNIGHT + DAY)
    assert sum(end - start for _, start, end in table.asked) == rules.reach


def test_a_warm_function_sees_what_arrives_after_an_outage_as_a_cold_one_does() -> None:
    table = CountingTable()
    warm = reader(table, Rules(("lang",), window_minutes=5))
    outage = MIDNIGHT - 30 * MINUTE
    warm.windows([MIDNIGHT], outage)
    table.asked.clear()
    warm.windows([MIDNIGHT + MINUTE], MIDNIGHT + MINUTE)
    assert [start for _, start, _ in table.asked] == [outage - KEPT_AFTER_SECONDS, MIDNIGHT]


def test_a_span_has_the_values_asked_for() -> None:
    minutes = reader(CountingTable()).span(MIDNIGHT - 120, MIDNIGHT, {"hashtag": {"lakes", "seas"}, "lang": set()})
    assert {minute: counts.counts for minute, counts in minutes.items()} == {
        MIDNIGHT - 120: {"hashtag": {"lakes": 3}, "lang": {}},
        MIDNIGHT - 60: {"hashtag": {"lakes": 3}, "lang": {}},
    }
