"""The late item: segments that came late for their minutes, kept until they are worth a rewriting of those.

One item holds what one batch brought for one hour (of event time) that is due at the same time. It says which segments
it holds, so that any number of copies, and segments that were counted meanwhile, do no harm: whoever applies them
counts each once, by the minutes' vectors. Columns and text rather than numbers of fixed width, since it is deflated.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from consumers.counts import DIMENSIONS, Counts
from consumers.schedule import DAY, HOUR, Address
from consumers.tables import TrendKey, late_key
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import FORMAT_VERSION, AttributeMap, check_version

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

SEGMENTS_AN_ITEM: Final = 500
"""Most segments of one item: about 10 KB of late events. A segment may be large, so size is a limit of its own."""

BYTES_AN_ITEM: Final = 256 * 1024
"""Of text, more or less. Deflated it is well below DynamoDB's 400 KB, whatever it holds."""

KEPT_SECONDS: Final = 2 * DAY
"""How long after it was due an item is kept for whoever is behind. The sweep finds in the log what was lost."""


class LateSegment(NamedTuple):
    """What is counted of a segment: its fingerprints are the log's business."""

    address: Address
    number: int
    counts: Counts
    arrived_ms: int
    """Newest arrival among its events, epoch milliseconds."""


def fits(counts: Counts) -> bool:
    """Tell whether a late item can hold a segment of these `counts`. What one item of the log holds may be too much:
    here names are neither sorted nor apart from their numbers, so they deflate less."""
    return _weight(counts) <= BYTES_AN_ITEM


def encode_late(hour: int, due: int, segments: Sequence[LateSegment]) -> Iterator[AttributeMap]:
    """Yield the low-level items that keep `segments`, all of the hour that starts at `hour`, until `due` (epoch s).

    Each segment must fit (`fits`).
    """
    for some in _cut(segments):
        content = zlib.compress(_text(hour, some))
        key = late_key(hour, due, hashlib.blake2b(content, digest_size=8).hexdigest())
        yield {
            "bucket": {"S": key.bucket},
            "start": {"S": key.start},
            "v": {"N": str(FORMAT_VERSION)},
            "c": {"B": content},
            "x": {"N": str(due + KEPT_SECONDS)},
        }


def decode_late(hour: int, item: "Mapping[str, AttributeValueTypeDef]") -> list[LateSegment]:
    """Read a late item of the hour that starts at `hour`.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    check_version(item)
    try:
        columns = json.loads(zlib.decompress(bytes(item["c"]["B"])))
        return [
            LateSegment(
                Address(hour + offset, seconds, group, groups),
                number,
                dict(zip(DIMENSIONS, counts, strict=True)),
                arrived,
            )
            for offset, seconds, group, groups, number, arrived, counts in zip(
                *(columns[name] for name in _COLUMNS), strict=True
            )
        ]
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        name = TrendKey(item["bucket"]["S"], item["start"]["S"])
        raise TrendsFormatError(f"{name.bucket} {name.start} holds no late segments: {error!r}") from error


_COLUMNS: Final = ("pane", "seconds", "group", "groups", "number", "arrived", "counts")


def _text(hour: int, segments: Sequence[LateSegment]) -> bytes:
    columns = {
        "pane": [segment.address.pane - hour for segment in segments],
        "seconds": [segment.address.seconds for segment in segments],
        "group": [segment.address.group for segment in segments],
        "groups": [segment.address.groups for segment in segments],
        "number": [segment.number for segment in segments],
        "arrived": [segment.arrived_ms for segment in segments],
        "counts": [[segment.counts.get(dimension, {}) for dimension in DIMENSIONS] for segment in segments],
    }
    return json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()


def _cut(segments: Sequence[LateSegment]) -> Iterator[Sequence[LateSegment]]:
    """Cut into what one item may hold."""
    assert all(segment.address.pane // HOUR == segments[0].address.pane // HOUR for segment in segments)  # noqa: S101
    if len(segments) > 1 and (len(segments) > SEGMENTS_AN_ITEM or _weights(segments) > BYTES_AN_ITEM):
        half = len(segments) // 2
        yield from _cut(segments[:half])
        yield from _cut(segments[half:])
    else:
        yield segments


def _weights(segments: Sequence[LateSegment]) -> int:
    return sum(_weight(segment.counts) for segment in segments)


def _weight(counts: Counts) -> int:
    """Return about how many bytes of text a segment of these counts takes."""
    return 64 + sum(len(value.encode()) + 6 for values in counts.values() for value in values)
