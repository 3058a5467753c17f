"""How much a Kinesis shard lets be read."""

from simulation.streams.shard_reads import ShardReads, StreamReads

MEGABYTE = 1_000_000


def admitted(reads: ShardReads, *times: float) -> list[bool]:
    return [reads.admits(now) for now in times]


def test_a_shard_is_read_five_times_a_second() -> None:
    reads = ShardReads()
    assert admitted(reads, *[0.0] * 6) == [True] * 5 + [False]
    assert admitted(reads, 0.125, 0.25, 0.375, 0.5) == [False, True, False, True]
    assert admitted(reads, *[100.0] * 6) == [True] * 5 + [False]


def test_a_reader_that_keeps_the_pace_is_never_refused_for_milliseconds() -> None:
    reads = ShardReads()
    late = [0.01, 0.0, 0.003, 0.0, 0.02, 0.001]
    assert all(admitted(reads, *(0.2 * tick + late[tick % len(late)] for tick in range(1_000))))


def test_an_answer_of_ten_megabytes_is_followed_by_five_seconds_without() -> None:
    reads = ShardReads()
    assert reads.admits(0.0)
    reads.served(10 * MEGABYTE, 0.0)
    assert admitted(reads, 1.0, 4.9, 5.0) == [False, False, True]


def test_a_shard_serves_two_megabytes_a_second_however_they_are_read() -> None:
    reads = ShardReads()
    served = 0
    for tick in range(1_000):
        if reads.admits(tick / 100):
            reads.served(MEGABYTE // 2, tick / 100)
            served += MEGABYTE // 2
    assert 19 * MEGABYTE <= served <= 20.5 * MEGABYTE


def test_shards_have_budgets_of_their_own() -> None:
    reads = StreamReads()
    assert all(reads.admits("a", 0.0) for _ in range(5))
    assert not reads.admits("a", 0.0)
    assert reads.admits("b", 0.0)
    reads.served("b", MEGABYTE, 0.0)
    assert not reads.admits("b", 0.4)
    assert reads.admits("a", 1.0)
