"""The pane log's table in the simulated DynamoDB, which loses answers and fails as told, call by call."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from consumers.pane_log import segment as segments
from consumers.pane_log.segment import Segment
from simulation.services.expressions import Item
from simulation.services.faults import Fault
from tests.unit.consumers.simulated_tables import LOG_TABLE, SimulatedTables


class SimulatedLog(SimulatedTables):
    """Two segments are on a page of a query, so that paging is always tried."""

    def __init__(self) -> None:
        super().__init__(page_items=2)
        self.faults: Iterator[Fault] = iter(())
        """What happens to the next calls."""
        self.before_put: Callable[[], object] = lambda: None
        """Called when a put has left its writer and has not yet reached the table."""
        self.before_call = self._before

    def segments(self) -> list[Segment]:
        return [segments.decode(item) for _, item in sorted(self.tables[LOG_TABLE].items())]

    def logs(self) -> dict[str, dict[int, Item]]:
        """Return the items by address and number."""
        found: dict[str, dict[int, Item]] = defaultdict(dict)
        for (address, number), item in self.tables[LOG_TABLE].items():
            found[address][number] = item
        return found

    @property
    def puts(self) -> int:
        return self.calls.count("PutItem")

    @property
    def queries(self) -> int:
        return self.calls.count("Query")

    def _before(self, operation: str) -> Fault:
        if operation == "PutItem":
            self.before_put()
        return next(self.faults, Fault.NONE)
