"""The search index in the trends table: a directory, and the nodes of its generation (layout: `consumers.tables`).

A node may have any names: `TOP_VALUES` of 100 characters of four bytes are 156 KB. A directory has a name for each leaf
and top, of which there may be many, so its size is checked.
"""

import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from consumers.counts import CountsFormatError, decode, encode
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import MAX_PART_BYTES, AttributeMap
from consumers.views.search.nodes import Directory, Entries

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

DIMENSION: Final = "hashtag"
"""The dimension that is indexed: each of the others has few values."""

MAX_DIRECTORY_BYTES: Final = MAX_PART_BYTES


class DirectoryTooLargeError(Exception):
    """The names in a directory take more than an item can hold."""


class Generation(NamedTuple):
    """One making of a day's index."""

    name: str
    made: int
    """Epoch seconds."""
    version: int
    """Of the counts: sum of the change notes' numbers for their time."""
    as_of: int
    """Newest arrival that is surely among the counts, epoch milliseconds; 0 if none was."""


def encode_directory(name: str, made: int, directory: Directory) -> AttributeMap:
    """Return the attributes of a generation's directory, but for those of every view.

    Raises:
        DirectoryTooLargeError: an item can't hold it.
    """
    tops = sorted(directory.tops, key=directory.tops.__getitem__)
    text = json.dumps({"starts": list(directory.starts), "tops": tops}, ensure_ascii=False, separators=(",", ":"))
    content = zlib.compress(text.encode())
    if len(content) > MAX_DIRECTORY_BYTES:
        raise DirectoryTooLargeError(f"a directory of {len(content):,} bytes, more than {MAX_DIRECTORY_BYTES:,}")
    return {"g": {"S": name}, "m": {"N": str(made)}, "c": {"B": content}}


def decode_generation(item: "Mapping[str, AttributeValueTypeDef]") -> Generation:
    """Read what a directory's item says beside its names.

    Raises:
        TrendsFormatError: something is missing or damaged.
    """
    try:
        return Generation(item["g"]["S"], int(item["m"]["N"]), int(item["n"]["N"]), int(item["a"]["N"]))
    except (KeyError, ValueError) as error:
        raise TrendsFormatError(f"no directory of a search index: {error!r}") from error


def decode_directory(item: "Mapping[str, AttributeValueTypeDef]") -> Directory:
    """Read a directory's item.

    Raises:
        TrendsFormatError: something is missing or damaged.
    """
    try:
        content = json.loads(zlib.decompress(bytes(item["c"]["B"])))
        return Directory(content["starts"], {prefix: number for number, prefix in enumerate(content["tops"])})
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise TrendsFormatError(f"no directory of a search index: {error!r}") from error


def encode_node(entries: Entries) -> AttributeMap:
    """Return the attributes of a node, but for those of every view."""
    return {"c": {"B": encode({DIMENSION: entries})}}


def decode_node(item: "Mapping[str, AttributeValueTypeDef]") -> Entries:
    """Read a node's item.

    Raises:
        TrendsFormatError: something is missing or damaged.
    """
    try:
        return decode(bytes(item["c"]["B"]))[DIMENSION]
    except (KeyError, CountsFormatError) as error:
        raise TrendsFormatError(f"no node of a search index: {error!r}") from error
