"""The form of a top list in the table: columns of names and numbers as JSON, deflated once.

Columns rather than rows, since like next to like deflates to two thirds. The names of what rose are mostly among those
of the top, so they are told by their place there where they are.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from consumers.counts import DIMENSIONS
from consumers.tables import list_key
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import AttributeMap
from consumers.views.lists.top_list import DimensionList, Entry, TopList
from consumers.views.store import FORMAT_VERSION
from consumers.views.windows import Window

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

MAX_BYTES: Final = 380_000
"""Of a list's content: an item has at most 400 KB, keys and all (Amazon DynamoDB Developer Guide, "Quotas")."""

_SHORTER: Final = 0.8
"""What is left of the values of a list that is too long, at a time."""


def encode_list(made: TopList) -> AttributeMap:
    """Return the attributes of a list besides its key and those that all views have; what does not fit is cut off."""
    while len(content := _deflated(made)) > MAX_BYTES:
        made = replace(made, dimensions={name: _shorter(each) for name, each in made.dimensions.items()})
    return {"t": {"N": str(made.made_at)}, "c": {"B": content}}


def decode_list(window: Window, end: int, item: "Mapping[str, AttributeValueTypeDef]") -> TopList | None:
    """Read the list of a window, or None where another version of this code wrote it.

    Raises:
        TrendsFormatError: something is missing or damaged.
    """
    try:
        if int(item["v"]["N"]) != FORMAT_VERSION:
            return None
        columns = json.loads(zlib.decompress(bytes(item["c"]["B"])))
        return TopList(
            window,
            end,
            as_of=int(item["a"]["N"]) or None,
            made_at=int(item["t"]["N"]),
            version=int(item["n"]["N"]),
            dimensions={name: _dimension(*columns[name]) for name in DIMENSIONS},
        )
    except (KeyError, ValueError, TypeError, IndexError, zlib.error) as error:
        key = list_key(window, end)
        raise TrendsFormatError(f"no top list: {key.bucket} {key.start}: {error!r}") from error


def _deflated(made: TopList) -> bytes:
    columns = {name: _columns(each) for name, each in made.dimensions.items()}
    return zlib.compress(json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode())


def _columns(of: DimensionList) -> list[Any]:
    places = {entry.value: place for place, entry in enumerate(of.top)}
    return [of.total, of.distinct, of.total_before, _entries(of.top, {}), _entries(of.risen, places)]


def _entries(entries: Sequence[Entry], places: Mapping[str, int]) -> list[Any]:
    return [
        [places.get(entry.value, entry.value) for entry in entries],
        [entry.count for entry in entries],
        [entry.before for entry in entries],
        [entry.rank_before or 0 for entry in entries],
        [list(entry.history) for entry in entries if entry.history],
    ]


def _dimension(total: int, distinct: int, before: int, top: list[Any], risen: list[Any]) -> DimensionList:
    first = _read(top, ())
    return DimensionList(total, distinct, before, first, _read(risen, first))


def _read(columns: list[Any], named: Sequence[Entry]) -> tuple[Entry, ...]:
    names, counts, before, ranks, histories = columns
    values = (named[name].value if isinstance(name, int) else str(name) for name in names)
    # The first ones have a history, or none has.
    padded = histories + [()] * (len(names) - len(histories))
    return tuple(
        Entry(value, count, earlier, rank or None, tuple(history))
        for value, count, earlier, rank, history in zip(values, counts, before, ranks, padded, strict=True)
    )


def _shorter(of: DimensionList) -> DimensionList:
    return replace(of, top=of.top[: int(len(of.top) * _SHORTER)], risen=of.risen[: int(len(of.risen) * _SHORTER)])
