"""How the load of shards and keys is counted and shown."""

from datetime import UTC, datetime

from penstock.cli.reading.user_records import ReadRecord
from penstock.cli.shards.load import MAX_KEYS, ShardLoad, load_lines, load_object


def event(key: str, data: bytes = b"1234") -> ReadRecord:
    return ReadRecord("s", "1", 0, key, None, datetime.now(UTC), data, None)


def test_a_key_that_aggregates_hide_is_found() -> None:
    hot, cold = ShardLoad(), ShardLoad()
    hot.add([event("ada")] * 3 + [event("bob")])
    cold.add([event("eve", b"x" * 13)])
    assert load_lines({"shardId-0": hot, "shardId-1": cold, "shardId-2": ShardLoad()}) == [
        "SHARD      EVENTS   SHARE  BYTES   SHARE",
        "shardId-0       4   80.0%     28   63.6%",
        "  ada           3   75.0%     21   75.0%",
        "  bob           1   25.0%      7   25.0%",
        "shardId-1       1   20.0%     16   36.4%",
        "  eve           1  100.0%     16  100.0%",
        "shardId-2       0    0.0%      0    0.0%",
    ]
    assert load_object(hot) == {
        "records": 1,
        "events": 4,
        "bytes": 28,
        "busiest_keys": [
            {"partition_key": "ada", "events": 3, "bytes": 21},
            {"partition_key": "bob", "events": 1, "bytes": 7},
        ],
    }


def test_the_key_with_the_most_bytes_is_shown_however_few_its_events() -> None:
    load = ShardLoad()
    load.add([event(f"k{number}") for number in range(9)] * 2 + [event("large", bytes(10_000))])
    assert "large" in [key for key, _, _ in load.busiest()]


def test_nothing_arrived() -> None:
    assert load_lines({"s": ShardLoad()})[1].split() == ["s", "0", "0"]


def test_memory_is_bounded_and_busy_keys_survive() -> None:
    load = ShardLoad()
    for start in range(0, 3 * MAX_KEYS, 100):
        load.add([event(f"rare-{number}", b"") for number in range(start, start + 100)] + [event("busy", b"")] * 2)
    assert load.busiest()[0] == ("busy", 1200, 4800)
    assert len(load._events_by_key) <= MAX_KEYS + 100


def test_keys_do_not_act_on_a_terminal_and_long_ones_are_cut() -> None:
    load = ShardLoad()
    load.add([event("\x1b[2J" + "k" * 250)])
    (_, _, line) = load_lines({"s": load})
    assert line.startswith(r"  \x1b[2Jkkk")
    assert "…" in line
    assert len(line) < 80
