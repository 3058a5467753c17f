"""The search index in the trends table: a directory, and the nodes of its generation (layout: `consumers.tables`).

A node may have any names: `TOP_VALUES` of 100 characters of four bytes are 156 KB. A directory has a name for each leaf
and top, of which there may be many, so its size is checked.
"""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from consumers.counts import CountsFormatError, decode, encode
from consumers.search_index.nodes import Directory, Entries
from consumers.tables import search_directory_key, search_node_key
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import FORMAT_VERSION, MAX_PART_BYTES, AttributeMap, check_version

if TYPE_CHECKING:
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

DIMENSION: Final = "hashtag"
"""The dimension that is indexed: each of the others has few values."""

KEPT_SECONDS: Final = 2 * 3_600
"""How long a generation outlives its making. The day of counts ends with an hour, so one is made in each hour at least,
and who has read a directory just before that was replaced needs seconds."""

MAX_DIRECTORY_BYTES: Final = MAX_PART_BYTES

Kind = Literal["leaf", "top"]


class DirectoryTooLargeError(Exception):
    """The names in a directory take more than an item can hold."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One making of the index."""

    name: str
    version: int
    """Of the counts; it rises with them."""
    made: int
    """Epoch seconds."""
    end: int
    """Of the day of counts, epoch seconds."""
    as_of: int | None
    """Newest arrival among the counts, epoch milliseconds; None where there is none."""

    @property
    def expires_at(self) -> int:
        """Epoch seconds."""
        return self.made + KEPT_SECONDS


def encode_directory(generation: Generation, directory: Directory) -> AttributeMap:
    """Return the low-level item of a generation's directory.

    Raises:
        DirectoryTooLargeError: an item can't hold it.
    """
    tops = sorted(directory.tops, key=directory.tops.__getitem__)
    text = json.dumps({"starts": list(directory.starts), "tops": tops}, ensure_ascii=False, separators=(",", ":"))
    content = zlib.compress(text.encode())
    if len(content) > MAX_DIRECTORY_BYTES:
        raise DirectoryTooLargeError(f"a directory of {len(content):,} bytes, more than {MAX_DIRECTORY_BYTES:,}")
    item: AttributeMap = {
        **search_directory_key(DIMENSION).attributes,
        "v": {"N": str(FORMAT_VERSION)},
        "n": {"N": str(generation.version)},
        "g": {"S": generation.name},
        "m": {"N": str(generation.made)},
        "t": {"N": str(generation.end)},
        "c": {"B": content},
        "x": {"N": str(generation.expires_at)},
    }
    if generation.as_of is not None:
        item["a"] = {"N": str(generation.as_of)}
    return item


def decode_directory(item: "Mapping[str, AttributeValueTypeDef]") -> tuple[Generation, Directory]:
    """Read a low-level item.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    generation = decode_generation(item)
    try:
        content = json.loads(zlib.decompress(bytes(item["c"]["B"])))
        tops = {prefix: number for number, prefix in enumerate(content["tops"])}
        return generation, Directory(content["starts"], tops)
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise TrendsFormatError(f"no directory of a search index: {error!r}") from error


def decode_generation(item: "Mapping[str, AttributeValueTypeDef]") -> Generation:
    """Read what a directory's low-level item says beside its names.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    check_version(item)
    try:
        return Generation(
            name=item["g"]["S"],
            version=int(item["n"]["N"]),
            made=int(item["m"]["N"]),
            end=int(item["t"]["N"]),
            as_of=int(item["a"]["N"]) if "a" in item else None,
        )
    except (KeyError, ValueError) as error:
        raise TrendsFormatError(f"no directory of a search index: {error!r}") from error


def encode_node(generation: Generation, kind: Kind, number: int, entries: Entries) -> AttributeMap:
    """Return the low-level item of a node."""
    return {
        **search_node_key(generation.name, kind, number).attributes,
        "v": {"N": str(FORMAT_VERSION)},
        "c": {"B": encode({DIMENSION: entries})},
        "x": {"N": str(generation.expires_at)},
    }


def decode_node(item: "Mapping[str, AttributeValueTypeDef]") -> Entries:
    """Read a low-level item.

    Raises:
        NewerTrendsFormatError: a newer version wrote it.
        TrendsFormatError: something is missing or damaged.
    """
    check_version(item)
    try:
        return decode(bytes(item["c"]["B"]))[DIMENSION]
    except (KeyError, CountsFormatError) as error:
        raise TrendsFormatError(f"no node of a search index: {error!r}") from error
