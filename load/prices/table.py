"""The price table: one JSON file a region, each price with its unit, its date and where it was found."""

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from load.documents import read_document

REGION: Final = "us-east-1"
"""Of the table that comes along."""


class Price(BaseModel):
    """What one thing costs."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # Strict, since true is no number, and a number in quotation marks none of a price list's.
    dollars: float = Field(ge=0, le=1e6, strict=True)
    per: int = Field(ge=1, le=10**12, strict=True)
    """How many of `unit` cost that."""
    unit: str
    as_of: str
    """When the figure was AWS's: a date, or a year."""
    source: str
    """AWS's page or price list file."""
    read_by: str
    """How the figure was found there."""

    def of(self, amount: float) -> float:
        """Return the dollars for an amount of units."""
        return amount * self.dollars / self.per


class Prices(BaseModel):
    """All that is priced; the names are those of the table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kinesis_shard_hour: Price
    kinesis_put_unit: Price
    kinesis_on_demand_stream_hour: Price
    kinesis_on_demand_in: Price
    kinesis_on_demand_out: Price
    lambda_request: Price
    lambda_gigabyte_second: Price
    dynamodb_write_unit: Price
    dynamodb_read_unit: Price
    dynamodb_write_capacity_hour: Price
    dynamodb_read_capacity_hour: Price
    dynamodb_storage: Price
    dynamodb_recovery: Price
    logs_ingested: Price
    custom_metric: Price
    trace: Price


class PriceTable(BaseModel):
    """Prices of one region."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    region: str
    currency: Literal["USD"]
    """All that is reckoned with prices is shown in dollars."""
    collected: str
    """When the table was made."""
    note: str
    prices: Prices


@cache
def price_table() -> PriceTable:
    """Return the table that comes along."""
    text = resources.files(__package__).joinpath(f"{REGION}.json").read_text(encoding="utf-8")
    return PriceTable.model_validate_json(text)


def read_price_table(path: Path) -> PriceTable:
    """Read a table of the same form, for another region or a price that was agreed on.

    Raises:
        InputError: it can't be read, or is none.
    """
    return read_document(path, PriceTable, "price table")
