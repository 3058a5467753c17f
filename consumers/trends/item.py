"""The bucket item: the counts of one bucket of one minute, hour or day, and its form in the table.

DynamoDB takes items of up to 400 KB. Counts that need more are cut into parts: the item itself holds the first and
says how many follow (``n``), the others lie beside it under the sort keys ``<start>#1``, ``<start>#2`` …, all of the
same revision, written in one transaction (`consumers.trends.table`). Parts are for days with hundreds of thousands of
hashtags and for rates that deserve more buckets: a minute at 1,000 events/s is far from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, Self

from consumers.counts import Counts, CountsFormatError, decode, empty, encode
from consumers.tables import Level, TrendKey, start_of, trend_key
from consumers.trends.errors import BucketTooLargeError, NewerTrendsFormatError, TrendsFormatError
from consumers.trends.vector import Vector, pack, unpack

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

FORMAT_VERSION: Final = 1

MAX_PART_BYTES: Final = 380 * 1024
"""Counts in one item. An item may have 400 KB (Amazon DynamoDB Developer Guide, "Quotas") with its names, keys and
vector."""

MAX_FIRST_BYTES: Final = 398 * 1024
"""Counts and vector of a bucket's first item together: of a large schedule the vector has up to 64 KB
(`consumers.schedule.schedule.MAX_ADDRESSES`)."""

MAX_PARTS: Final = 10
"""Parts of one bucket: a transaction may write 4 MB (DynamoDB API Reference, TransactWriteItems)."""

AttributeMap = dict[str, "AttributeValueTypeDef"]


@dataclass(frozen=True)
class BucketItem:
    """One bucket of one minute, hour or day; revision 0 has not been stored.

    `counts` belongs to the item: take a copy before changing it.
    """

    level: Level
    start: int
    """Epoch seconds."""
    bucket: int
    revision: int
    vector: Vector
    """What is in the counts (`consumers.trends.vector`)."""
    packed: bytes
    """The counts, encoded."""
    newest_arrival_ms: int | None
    """Newest arrival among the counted events, epoch milliseconds."""
    expires_at: int
    """Epoch seconds."""
    buckets: int | None = None
    """How many hashtag buckets its time is cut into; None where that is not said, and then not compared."""

    @classmethod
    def blank(
        cls, level: Level, start: int, bucket: int, *, positions: int, expires_at: int, buckets: int | None = None
    ) -> Self:
        """Return the item that counts nothing, with a vector of `positions` zeros."""
        return cls(level, start, bucket, 0, (0,) * positions, _NOTHING, None, expires_at, buckets)

    def succeeded_by(self, counts: Counts, vector: Vector, newest_arrival_ms: int | None) -> Self:
        """Return the next revision, which holds `counts` and takes them over."""
        newer = replace(
            self,
            revision=self.revision + 1,
            vector=vector,
            packed=encode(counts),
            newest_arrival_ms=max(filter(None, (self.newest_arrival_ms, newest_arrival_ms)), default=None),
        )
        newer.__dict__["counts"] = counts  # what `counts` would decode, at no cost
        return newer

    @cached_property
    def counts(self) -> Counts:
        """The counts, decoded at first use.

        Raises:
            TrendsFormatError: they are damaged.
        """
        try:
            return decode(self.packed)
        except CountsFormatError as error:
            raise TrendsFormatError(f"{self.name}: {error}") from error

    @property
    def key(self) -> TrendKey:
        """Its key in the table."""
        return trend_key(self.level, self.start, self.bucket)

    @property
    def name(self) -> str:
        """What to call it in messages, like ``minute 2026-11-21T14:05 bucket 3``."""
        return name_of(self.level, self.start, self.bucket)


def encode_item(item: BucketItem) -> list[AttributeMap]:
    """Return the item as the low-level items to put: itself, and the parts that it is too big for.

    Raises:
        BucketTooLargeError: more parts than one transaction can write.
    """
    vector = pack(item.vector)
    of_first = min(MAX_PART_BYTES, MAX_FIRST_BYTES - len(vector))
    starts = range(of_first, len(item.packed), MAX_PART_BYTES)
    pieces = [item.packed[:of_first], *(item.packed[at : at + MAX_PART_BYTES] for at in starts)]
    if len(pieces) > MAX_PARTS:
        raise BucketTooLargeError(item, len(item.packed), of_first + (MAX_PARTS - 1) * MAX_PART_BYTES)
    common: AttributeMap = {
        "v": {"N": str(FORMAT_VERSION)},
        "r": {"N": str(item.revision)},
        "x": {"N": str(item.expires_at)},
    }
    first: AttributeMap = {**item.key.attributes, **common, "e": {"B": vector}, "c": {"B": pieces[0]}}
    if item.buckets is not None:
        first["b"] = {"N": str(item.buckets)}
    if item.newest_arrival_ms is not None:
        first["a"] = {"N": str(item.newest_arrival_ms)}
    if len(pieces) > 1:
        first["n"] = {"N": str(len(pieces) - 1)}
    encoded = [first]
    for part, piece in enumerate(pieces[1:], start=1):
        encoded.append({**item.key.part(part).attributes, **common, "c": {"B": piece}})
    return encoded


def decode_item(level: Level, item: "Mapping[str, AttributeValueTypeDef]", parts: Sequence[bytes] = ()) -> BucketItem:
    """Read a low-level item of `level`, and the counts of its parts in order.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    check_version(item)
    try:
        key = TrendKey.of(item)
        return BucketItem(
            level=level,
            start=start_of(level, key.start),
            bucket=key.number,
            revision=int(item["r"]["N"]),
            vector=unpack(bytes(item["e"]["B"])),
            packed=b"".join((bytes(item["c"]["B"]), *parts)),
            newest_arrival_ms=int(item["a"]["N"]) if "a" in item else None,
            expires_at=int(item["x"]["N"]),
            buckets=buckets_of(item),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise TrendsFormatError(f"no bucket item of level {level}: {error!r}") from error


def check_version(item: "Mapping[str, AttributeValueTypeDef]") -> None:
    """Let pass what this code can read.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: it has no version.
    """
    try:
        version = int(item["v"]["N"])
    except (KeyError, ValueError) as error:
        raise TrendsFormatError("a trends item without a format version") from error
    if version > FORMAT_VERSION:
        raise NewerTrendsFormatError(version, FORMAT_VERSION)


def buckets_of(item: "Mapping[str, AttributeValueTypeDef]") -> int | None:
    """Return the number of hashtag buckets that the item's writer had, or None if it is not said."""
    return int(item["b"]["N"]) if "b" in item else None


def name_of(level: Level, start: int, bucket: int) -> str:
    """Return what to call an item in messages, like ``minute 2026-11-21T14:05 bucket 3``."""
    return f"{level} {trend_key(level, start, bucket).start} bucket {bucket}"


def parts_of(item: "Mapping[str, AttributeValueTypeDef]") -> int:
    """Return how many parts belong to the item besides itself."""
    return int(item["n"]["N"]) if "n" in item else 0


_NOTHING: Final = encode(empty())
