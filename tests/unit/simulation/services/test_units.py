"""Units by the examples of the Developer Guide, "DynamoDB read and write operations"."""

from simulation.services.units import get_units, query_units, write_units

KB = 1_024


def test_a_read_rounds_up_to_four_kilobytes() -> None:
    assert get_units(3_500, consistent=True) == get_units(4 * KB, consistent=True) == 1
    assert get_units(10 * KB, consistent=True) == 3
    assert get_units(8 * KB, consistent=True) == 2


def test_a_read_without_consistency_costs_half() -> None:
    assert get_units(8 * KB, consistent=False) == 1
    assert get_units(1, consistent=False) == 0.5


def test_a_read_of_nothing_is_charged() -> None:
    assert get_units(0, consistent=True) == 1
    assert query_units([], consistent=False) == 0.5


def test_a_query_rounds_the_sum_up() -> None:
    assert query_units([int(4.08 * KB)] * 10, consistent=True) == 44 / 4
    assert query_units([64] * 1_500, consistent=True) == 96 / 4


def test_a_write_rounds_up_to_one_kilobyte() -> None:
    assert write_units(0, 500) == 1
    assert write_units(0, KB + 1) == 2


def test_the_larger_of_before_and_after_counts() -> None:
    assert write_units(3 * KB, 100) == write_units(100, 3 * KB) == 3
    assert write_units(300 * KB, 310 * KB) == 310
