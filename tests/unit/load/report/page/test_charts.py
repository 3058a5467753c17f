"""The charts of a report: what they say of its figures."""

import re

import pytest

from load.report.model import Report, Series, Shard
from load.report.page.charts import frontier, heat_map, over_time, throughput
from tests.unit.load.report.a_report import full, report

KIB = 1024.0


def loaded(*shards: Shard) -> Report:
    """A minute at 1,000 events/s, all accepted."""
    return report().model_copy(
        update={"shards": shards, "series": Series(step_seconds=1.0, values={"accepted_rate": (1000.0, 1000.0)})}
    )


def shard(*, records: float, size: float, used: tuple[float, ...] = ()) -> Shard:
    return Shard(shard_id="shardId-000000000000", records_rate=records, bytes_rate=size, refused=0, utilisation=used)


@pytest.mark.parametrize(
    ("shards", "ceiling"),
    [
        ([shard(records=10, size=512 * KIB)], "1 shard: 2,000/s"),
        ([shard(records=10, size=512 * KIB), shard(records=10, size=256 * KIB)], "2 shards: 2,667/s"),
        ([shard(records=800, size=512 * KIB)], "1 shard: 1,250/s"),
        ([shard(records=1250, size=512 * KIB)], "1 shard: 800/s"),
        ([shard(records=600, size=1 * KIB), shard(records=400, size=1 * KIB)], "2 shards: 2,000/s"),
    ],
)
def test_what_shards_take_is_drawn_by_the_limit_that_is_met_first(shards: list[Shard], ceiling: str) -> None:
    assert f">{ceiling}</text>" in (throughput(loaded(*shards)) or "")


def test_what_shards_take_is_left_out_where_it_would_press_the_lines_onto_the_axis() -> None:
    assert 'class="limit"' not in (throughput(loaded(shard(records=10, size=1 * KIB))) or "")


def labels(drawing: str | None, anchor: str) -> list[str]:
    """Return the text along the bottom (``middle``) or to the left (``end``)."""
    return re.findall(rf'text-anchor="{anchor}">([^<]*)</text>', drawing or "")


def test_labels_of_axes_are_what_they_stand_at() -> None:
    slow = Series(step_seconds=1.25, values={"put_p50": tuple(0.0115 for _ in range(14))})
    drawn = over_time(slow, [("put_p50", "put", "slot-1")], "Put", "s") or ""
    assert labels(drawn, "middle") == ["0 s", "2.5 s", "5 s", "7.5 s", "10 s", "12.5 s", "15 s", "17.5 s"]
    assert labels(drawn, "end") == ["0 s", "2.5 ms", "5 ms", "7.5 ms", "10 ms"]
    assert "<title>1.25 s: put" in drawn


def test_rates_and_dollars_on_axes_are_not_rounded() -> None:
    rates = Series(step_seconds=1.0, values={"accepted_rate": (11.5,)})
    assert labels(throughput(report().model_copy(update={"series": rates})), "end") == ["0", "2.5", "5", "7.5", "10"]
    tuning = full().tuning
    assert tuning is not None
    near = tuple(
        each.model_copy(update={"per_month": 8.0 + at / 2, "freshness": 4.0 - 0.01 * at})
        for at, each in enumerate(tuning.frontier)
    )
    drawn = frontier(tuning.model_copy(update={"frontier": near}))
    assert labels(drawn, "end") == ["$8", "$8.50", "$9", "$9.50"]
    assert labels(drawn, "middle") == ["3.97 s", "3.975 s", "3.98 s", "3.985 s", "3.99 s", "3.995 s", "4 s"]


def test_a_shard_is_shown_as_full_from_nine_tenths_on() -> None:
    drawn = heat_map([shard(records=10, size=KIB, used=(0.89, 0.9, 1.2))], 1.0) or ""
    assert [cell.partition(")")[0] for cell in drawn.split('fill="var(--')[1:]] == ["accent", "error", "error"]
