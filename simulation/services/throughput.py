"""How much a table, and each partition of it, reads and writes in a second.

Source: Amazon DynamoDB Developer Guide, "Designing partition keys to distribute your workload" (a partition: 3,000 read
and 1,000 write units), "On-demand capacity mode" (a new table: 12,000 and 4,000). How long unused units can be used
later is not promised, so it is not simulated. Partition keys are taken for partitions of their own: a hot one becomes
that.
"""

from typing import Any, Final

from simulation.services.rate import Rate

PARTITION_READS: Final = 3_000.0
PARTITION_WRITES: Final = 1_000.0
TABLE_READS: Final = 12_000.0
TABLE_WRITES: Final = 4_000.0


class Throughput:
    """What is left of a table's second."""

    def __init__(self, now: float) -> None:
        """All of it is left."""
        self._reads = Rate(TABLE_READS, now)
        self._writes = Rate(TABLE_WRITES, now)
        self._partition_reads: dict[Any, Rate] = {}
        self._partition_writes: dict[Any, Rate] = {}

    def reads(self, partition_key: Any, units: float, now: float) -> bool:  # noqa: ANN401 - number, text or bytes
        """Take read units, if there are as many left in the table and in the partition; tells whether there were."""
        partition = self._partition_reads.setdefault(partition_key, Rate(PARTITION_READS, now))
        return _taken(units, now, self._reads, partition)

    def writes(self, partition_key: Any, units: float, now: float) -> bool:  # noqa: ANN401 - number, text or bytes
        """Take write units likewise."""
        partition = self._partition_writes.setdefault(partition_key, Rate(PARTITION_WRITES, now))
        return _taken(units, now, self._writes, partition)


def _taken(units: float, now: float, *rates: Rate) -> bool:
    if not all(rate.allows(units, now) for rate in rates):
        return False
    for rate in rates:
        rate.take(units)
    return True
