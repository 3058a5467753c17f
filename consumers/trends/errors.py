"""What can go wrong with the trends table, by name."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consumers.trends.item import BucketItem


class TrendsError(Exception):
    """Root of the errors of this package."""


class TrendsFormatError(TrendsError):
    """An item that is not what the writer of this format writes: damaged, or put there by something else."""


class NewerTrendsFormatError(TrendsFormatError):
    """An item of a newer format version: deploy the version that wrote it, or newer, before reading on."""

    def __init__(self, version: int, known: int) -> None:
        super().__init__(
            f"the trends item has format version {version}, this code reads up to {known}: deploy newer code"
        )
        self.version = version


class RevisionRefusedError(TrendsError):
    """A write was refused because another writer was first.

    Attributes:
        winner: the item as the other writer left it, where the refusal brought it along whole.
    """

    def __init__(self, item: "BucketItem", winner: "BucketItem | None") -> None:
        super().__init__(f"revision {item.revision} of {item.name} was refused: another writer was first")
        self.winner = winner


class TornBucketError(TrendsError):
    """An item of several parts was rewritten again and again while it was read."""


class BucketTooLargeError(TrendsError):
    """A bucket has more values than the largest write can hold.

    Raise the number of ``buckets`` with a new schedule entry: it holds from the next UTC day on.
    """

    def __init__(self, item: "BucketItem", size: int, limit: int) -> None:
        values = sum(len(values) for values in item.counts.values())
        super().__init__(
            f"{item.name} takes {size:,} bytes for {values:,} values, more than the {limit:,} that one transaction"
            " writes: append a schedule entry with more buckets"
        )
        self.size = size
