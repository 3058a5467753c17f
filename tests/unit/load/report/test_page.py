"""The page of a report: whole, self-contained, and safe whatever names hold."""

from html.parser import HTMLParser

from load.report.model import Report, Shard
from load.report.page import page
from tests.unit.load.report.a_report import distribution, full, report


class Checked(HTMLParser):
    """Notes what a browser would fetch, and that tags are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.fetched += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def checked(given: Report) -> Checked:
    parsed = Checked()
    parsed.feed(page(given))
    parsed.close()
    assert parsed.open == []
    return parsed


def test_the_page_is_well_formed_and_fetches_nothing() -> None:
    parsed = checked(full())
    assert parsed.fetched == []
    assert "url(" not in page(full())
    assert "@import" not in page(full())
    assert "script" not in parsed.seen


def test_every_part_that_there_is_is_shown() -> None:
    text = page(full())
    for expected in (
        "Latency by percentile",
        "Freshness over time",
        "Events a second",
        "Utilisation of shards",
        "chosen: $20.00",
        "the usual design",
        "a tenth fresher",
        "IngestFunction",
        "0.0150",
    ):
        assert expected in text


def test_the_goal_is_of_the_lists_and_told_apart_from_values() -> None:
    tuned = full().model_copy(update={"lists": distribution([4.0, 4.4, 4.6])})
    text = page(tuned)
    assert "<b>4.50 s</b><span>in the lists; the goal: p99 within 10 s</span>" in text
    assert "<b>4.20 s</b><span>in a value, p99</span>" in text
    assert "intended → in the lists" in text
    assert "<b>4.60 s</b><span>in the lists, p99</span>" in page(tuned.model_copy(update={"tuning": None}))
    assert "in a value" not in page(report())


def test_choices_far_off_are_in_the_table_and_not_in_the_chart() -> None:
    tuning = full().tuning
    assert tuning is not None
    far = tuning.frontier[-1].model_copy(update={"per_month": 6242.0})
    text = page(full().model_copy(update={"tuning": tuning.model_copy(update={"frontier": (*tuning.frontier, far)})}))
    assert text.count("<circle") == len(tuning.frontier)
    assert "1 more, much dearer or slower" in text
    assert "<td>$6,242.00</td>" in text
    assert "much dearer" not in page(full())


def test_choices_that_miss_the_goal_are_hollow() -> None:
    tuning = full().tuning
    assert tuning is not None
    met = tuple(each.model_copy(update={"meets": True}) for each in tuning.frontier)
    missed = (met[0].model_copy(update={"meets": False}), *met[1:])
    all_meet, one_misses = (
        page(full().model_copy(update={"tuning": tuning.model_copy(update={"frontier": each})}))
        for each in (met, missed)
    )
    assert 'fill="var(--raised)"' not in all_meet
    assert "hollow" not in all_meet
    assert one_misses.count('fill="var(--raised)"') == 1
    assert "hollow ones miss the goal or its headroom" in one_misses


def test_a_frontier_of_one_choice_can_be_drawn() -> None:
    tuning = full().tuning
    assert tuning is not None
    only = tuning.frontier[0].model_copy(update={"per_month": 0.0})
    alone = tuning.model_copy(update={"frontier": (only,), "chosen": 0})
    checked(full().model_copy(update={"tuning": alone}))


def test_rows_of_shards_are_told_apart() -> None:
    names = ("shardId-000000000012", "shard 0", "1.26667 shards like 15")
    shards = tuple(
        Shard(shard_id=name, records_rate=5, bytes_rate=9e5, refused=0, utilisation=(0.4,)) for name in names
    )
    text = page(report().model_copy(update={"shards": shards}))
    for row in ("…0012", "shard 0", "like 15"):
        assert f">{row}</text>" in text


def test_a_use_of_the_whole_time_has_no_axis_of_time() -> None:
    shard = Shard(shard_id="shardId-0001", records_rate=5, bytes_rate=9e5, refused=0, utilisation=(0.4,))
    text = page(report().model_copy(update={"shards": (shard,)}))
    assert "shardId-0001: 40.0%" in text
    assert 'aria-label="utilisation of shards"' in text
    assert "utilisation of shards over time" in page(full())


def test_what_there_is_not_is_left_out() -> None:
    bare = report().model_copy(update={"freshness": None})
    checked(bare)
    for heading in ("<h2>Latency", "<h2>Load", "<h2>Cost"):
        assert heading not in page(bare)


def test_a_partial_report_says_so() -> None:
    assert "Partial" in page(report().model_copy(update={"partial": True, "ended": "interrupt"}))
    assert "Partial" not in page(report())


def test_a_measured_time_of_nothing_can_be_shown() -> None:
    empty = report().workload.model_copy(update={"seconds": 0.0, "mean_rate": 0.0})
    checked(full().model_copy(update={"workload": empty}))
