"""What a run is said to cost before it begins."""

from load.commands.targets import expected
from load.configuration import Configuration
from load.prices.table import price_table
from load.prices.usage import SECONDS_A_MONTH
from load.runs.run import RunOptions
from load.workload.events import EventShape
from load.workload.shapes import steady


def test_an_event_that_is_sent_costs_its_part_whether_it_is_a_copy_or_not() -> None:
    def month(duplicates: float) -> float:
        options = RunOptions(profile=steady(1_000, 60), shape=EventShape(duplicates=duplicates))
        return expected(options, Configuration(), price_table()).of(SECONDS_A_MONTH, 1_000 * SECONDS_A_MONTH)

    assert month(0.9) < month(0.5) < month(0.0)
