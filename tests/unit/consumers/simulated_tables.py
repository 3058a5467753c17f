"""Both tables of the consumers in the simulated DynamoDB, with keys, stream and expiry as `template.yaml` has them."""

from collections.abc import Callable, Iterable
from typing import Any

from simulation.services.dynamodb import SimulatedDynamoDB
from simulation.services.table import Table

LOG_TABLE = "pane-log"
TRENDS_TABLE = "trends"
PAGE_ITEMS = 7
"""Items on one page of a query, so that paging is always tried."""


class SimulatedTables(SimulatedDynamoDB):
    """The pane log's table and the trends table."""

    def __init__(self, clock: Callable[[], float] = lambda: 0.0, page_items: int = PAGE_ITEMS) -> None:
        log = Table("address", "segment", streams=True, expiry="x", clock=clock)
        super().__init__({LOG_TABLE: log, TRENDS_TABLE: Table("bucket", "start", expiry="x")}, page_items=page_items)

    def load(self, table: str, items: Iterable[Any]) -> None:
        """Put items that were always there."""
        for item in items:
            self.tables[table][self.tables[table].key_of(item)] = item
