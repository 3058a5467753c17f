"""What the commands of the model print."""

from load.commands.showing import cost_lines
from load.prices.cost import Cost, Item
from load.prices.table import price_table


def test_a_bill_of_nothing_can_be_shown() -> None:
    free = price_table().prices.trace.model_copy(update={"dollars": 0.0})
    bill = Cost((Item("traces", 5.0, free),), 1e6)
    assert any("0.00  0.0%" in line for line in cost_lines(bill, price_table(), bill))
