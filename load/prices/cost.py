"""What is paid a month, by item."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from load.configuration import CapacityMode
from load.prices.table import Price, Prices
from load.prices.usage import SECONDS_A_MONTH, Usage

GIGABYTE: Final = 2**30
HOURS_A_MONTH: Final = SECONDS_A_MONTH / 3_600
TARGET_UTILISATION: Final = 0.7
"""Of a provisioned table's capacity at its peak, as auto scaling has it by default (Amazon DynamoDB Developer Guide,
"Managing throughput capacity automatically with DynamoDB auto scaling")."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the bill."""

    name: str
    amount: float
    """A month, of the price's units."""
    price: Price

    @property
    def dollars(self) -> float:
        """What it costs a month."""
        return self.price.of(self.amount)


@dataclass(frozen=True, slots=True)
class Cost:
    """A month's bill."""

    items: tuple[Item, ...]
    events: float
    """Counted in a month."""

    @property
    def month(self) -> float:
        """Dollars a month."""
        return sum(item.dollars for item in self.items)

    @property
    def million_events(self) -> float:
        """Dollars for a million events, 0 if there are none."""
        return self.month / self.events * 1e6 if self.events else 0.0


def cost(usage: Usage, prices: Prices) -> Cost:
    """Return what it costs to use as much all the time."""
    return Cost(tuple(_items(usage, prices)), usage.events * SECONDS_A_MONTH)


def _items(usage: Usage, prices: Prices) -> Iterator[Item]:
    month = SECONDS_A_MONTH
    if usage.stream_mode is CapacityMode.PROVISIONED:
        yield Item("stream, shards", usage.shards * HOURS_A_MONTH, prices.kinesis_shard_hour)
        yield Item("stream, puts", usage.put_units * month, prices.kinesis_put_unit)
    else:
        yield Item("stream, on demand", HOURS_A_MONTH, prices.kinesis_on_demand_stream_hour)
        yield Item("stream, in", usage.stream_bytes_in / GIGABYTE * month, prices.kinesis_on_demand_in)
        yield Item("stream, out", usage.stream_bytes_out / GIGABYTE * month, prices.kinesis_on_demand_out)
    yield Item("functions, requests", usage.requests * month, prices.lambda_request)
    yield Item("functions, time", usage.gigabyte_seconds * month, prices.lambda_gigabyte_second)
    if usage.table_mode is CapacityMode.ON_DEMAND:
        yield Item("tables, writes", usage.write_units * month, prices.dynamodb_write_unit)
        yield Item("tables, reads", usage.read_units * month, prices.dynamodb_read_unit)
    else:
        hours = HOURS_A_MONTH / TARGET_UTILISATION
        yield Item("tables, write capacity", usage.peak_write_units * hours, prices.dynamodb_write_capacity_hour)
        yield Item("tables, read capacity", usage.peak_read_units * hours, prices.dynamodb_read_capacity_hour)
    stored = (usage.log_stored + usage.trends_stored) / GIGABYTE
    yield Item("tables, storage", stored, prices.dynamodb_storage)
    yield Item("tables, recovery", usage.trends_stored / GIGABYTE, prices.dynamodb_recovery)
    yield Item("logs", usage.logged / GIGABYTE * month, prices.logs_ingested)
    yield Item("metrics", usage.metrics, prices.custom_metric)
    yield Item("traces", usage.traces * month, prices.trace)
