"""The charts of a report: what they say of its figures."""

import pytest

from load.report.model import Report, Series, Shard
from load.report.page.charts import heat_map, throughput
from tests.unit.load.report.a_report import report

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


def test_a_shard_is_shown_as_full_from_nine_tenths_on() -> None:
    drawn = heat_map([shard(records=10, size=KIB, used=(0.89, 0.9, 1.2))], 1.0) or ""
    assert [cell.partition(")")[0] for cell in drawn.split('fill="var(--')[1:]] == ["accent", "error", "error"]
