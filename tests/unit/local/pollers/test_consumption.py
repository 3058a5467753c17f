"""Records are dropped when every mapping of their stream is done with them, and not before."""

from local.pollers.consumption import Consumption


def test_a_streams_only_mapping_decides_alone() -> None:
    trims: list[tuple[str, str, str]] = []
    Consumption([("one", "arn")], lambda *trim: trims.append(trim)).of("one")("arn", "shard-0", "41")
    assert trims == [("arn", "shard-0", "41")]


def test_the_slowest_mapping_of_a_stream_decides() -> None:
    trims: list[tuple[str, str, str]] = []
    consumption = Consumption([("one", "arn"), ("two", "arn"), ("three", "other")], lambda *trim: trims.append(trim))
    one, two = consumption.of("one"), consumption.of("two")
    one("arn", "shard-0", "100")
    assert not trims
    two("arn", "shard-0", "9")
    two("arn", "shard-0", "120")
    assert trims == [("arn", "shard-0", "9"), ("arn", "shard-0", "100")]


def test_shards_are_told_apart() -> None:
    trims: list[tuple[str, str, str]] = []
    consumption = Consumption([("one", "arn"), ("two", "arn")], lambda *trim: trims.append(trim))
    consumption.of("one")("arn", "shard-0", "5")
    consumption.of("two")("arn", "shard-1", "5")
    assert not trims
