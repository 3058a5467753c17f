"""A stream's shards as they are shown: in the order of their hash keys, open ones with their lanes."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from penstock.cli.shards.hash_range import Notation, share_of_keys, write_hash_key
from penstock.cli.table import blocks, columns, fits
from penstock.listing import ListedShard
from penstock.routing import Lane, ShardMap

HEADER = ("SHARD", "STATE", "KEYS", "FIRST HASH KEY", "LAST HASH KEY", "PARENTS")


class ShardView(NamedTuple):
    """A shard, its hash keys from ``start`` to ``end``, both included, and the lanes it is cut into, if asked for."""

    shard_id: str
    open: bool
    start: int
    end: int
    parents: tuple[str, ...]
    lanes: tuple[Lane, ...]


def shard_views(listing: Iterable[Mapping[str, Any]], lanes_per_shard: int | None) -> list[ShardView]:
    """Return the shards of ListShards' answer.

    Args:
        listing: all of its entries.
        lanes_per_shard: into how many lanes open shards are cut, none for no lanes.

    Raises:
        ShardMapError: with lanes, if the open shards don't take each hash key once, as while they are split or merged.
    """
    entries = list(listing)
    lanes: dict[str, list[Lane]] = {}
    if lanes_per_shard is not None:
        for lane in ShardMap.from_listing(entries, lanes_per_shard=lanes_per_shard).lanes:
            lanes.setdefault(lane.shard_id, []).append(lane)
    views = []
    for entry in entries:
        keys, shard = entry["HashKeyRange"], ListedShard.from_entry(entry)
        views.append(
            ShardView(
                shard.shard_id,
                not shard.closed,
                int(keys["StartingHashKey"]),
                int(keys["EndingHashKey"]),
                shard.parents,
                tuple(lanes.get(shard.shard_id, ())),
            )
        )
    return sorted(views, key=lambda view: (view.start, view.shard_id))


def shard_lines(views: list[ShardView], notation: Notation, width: int | None) -> list[str]:
    """Return a table: with whole hash keys if it fits the width, else with their beginnings, else as blocks."""
    for short in (False, True):
        lines = columns(HEADER, _rows(views, notation, short=short), right=frozenset({2}))
        if fits(lines, width):
            return lines
    return blocks(HEADER, _rows(views, notation, short=True))


def shard_object(view: ShardView) -> dict[str, Any]:
    """Return a shard for JSON; hash keys are decimal strings, since they exceed the integers of most readers."""
    shard: dict[str, Any] = {
        "shard": view.shard_id,
        "open": view.open,
        "start": str(view.start),
        "end": str(view.end),
        "share_of_keys": share_of_keys(view.start, view.end),
        "parents": view.parents,
    }
    if view.lanes:
        shard["lanes"] = [
            {"partition_key": lane.partition_key, "start": str(lane.start), "end": str(lane.end)} for lane in view.lanes
        ]
    return shard


def _rows(views: list[ShardView], notation: Notation, *, short: bool) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for view in views:
        state, parents = "open" if view.open else "closed", ", ".join(view.parents)
        rows.append((view.shard_id, state, *_range(view.start, view.end, notation, short=short), parents))
        rows += [
            (f"  {lane.partition_key}", "lane", *_range(lane.start, lane.end, notation, short=short), "")
            for lane in view.lanes
        ]
    return rows


def _range(start: int, end: int, notation: Notation, *, short: bool) -> tuple[str, str, str]:
    return (
        f"{share_of_keys(start, end):.2%}",
        write_hash_key(start, notation, short=short),
        write_hash_key(end, notation, short=short),
    )
