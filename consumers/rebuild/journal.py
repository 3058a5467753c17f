"""What a rebuild remembers of itself, in the trends table that it fills: so that it goes on where it ended.

One item says which archive and settings the tables are made from, and each hour of arrival has one that names the
objects which are folded, and the hours of event time that they brought something to (layout: `consumers.tables`). Some
50,000 objects fit into an item: those of an hour of 800 shards at one a minute. The items never expire; nothing else
reads them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from consumers.tables import REBUILD_RUN, TrendKey, rebuilt_hour_key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

MARK_BYTES: Final = 8
FORMAT_VERSION: Final = "1"


class JournalError(Exception):
    """A journal that this code can't use; the message says why."""


class Run(NamedTuple):
    """What the tables are made from: whatever changes what counts, and where."""

    archive: str
    schedule: str
    dedup_days: int
    since: str
    """Arrivals from here on, ISO 8601."""

    def differing(self, now: "Run") -> str:
        """Return in words what was otherwise than it is `now`, or nothing."""
        return ", ".join(
            f"{field} was {before:.60}" if isinstance(before, str) else f"{field} was {before}"
            for field, before, after in zip(self._fields, self, now, strict=True)
            if before != after
        )


@dataclass(slots=True)
class Folded:
    """What is folded of one hour of arrival."""

    marks: set[bytes] = field(default_factory=set)
    event_hours: set[int] = field(default_factory=set)
    """Epoch seconds of the hours of event time that got something."""


def mark_of(key: str) -> bytes:
    """Return what stands for an object's name."""
    return hashlib.blake2b(key.encode(), digest_size=MARK_BYTES).digest()


class Journal:
    """Reads and writes the journal."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Use the trends table `table`."""
        self._client = client
        self._table = table

    def run(self) -> Run | None:
        """Return what the tables are made from, or None if nothing says so.

        Raises:
            JournalError: what says so can't be read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the table can't be read.
        """
        item = self._get(REBUILD_RUN)
        if item is None:
            return None
        return Run(item["archive"]["S"], item["schedule"]["S"], int(item["dedup_days"]["N"]), item["since"]["S"])

    def begin(self, run: Run) -> None:
        """Say what the tables are made from.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it is not said.
        """
        self._put(
            REBUILD_RUN,
            archive={"S": run.archive},
            schedule={"S": run.schedule},
            dedup_days={"N": str(run.dedup_days)},
            since={"S": run.since},
        )

    def folded(self, hour: str) -> Folded:
        """Return what is folded of an hour of arrival, like ``2026-11-21T09``.

        Raises:
            JournalError: its item can't be read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the table can't be read.
        """
        item = self._get(rebuilt_hour_key(hour))
        return Folded() if item is None else _decode(item)

    def keep(self, hour: str, folded: Folded) -> None:
        """Remember what is folded of an hour of arrival.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it is not remembered.
        """
        self._put(
            rebuilt_hour_key(hour),
            k={"B": b"".join(sorted(folded.marks))},
            h={"S": " ".join(map(str, sorted(folded.event_hours)))},
        )

    def event_hours(self) -> list[int]:
        """Return, in order, the hours of event time (epoch seconds) that any hour of arrival brought something to.

        Raises:
            JournalError: an item can't be read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the table can't be read.
        """
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#bucket = :bucket",
            ExpressionAttributeNames={"#bucket": "bucket"},
            ExpressionAttributeValues={":bucket": {"S": REBUILD_RUN.bucket}},
            ConsistentRead=True,
        )
        items: Iterable[Any] = (item for page in pages for item in page["Items"])
        return sorted(
            {hour for item in items if TrendKey.of(item) != REBUILD_RUN for hour in _decode(item).event_hours}
        )

    def _get(self, key: TrendKey) -> Any:  # noqa: ANN401 - an item of which nothing is sure
        item = self._client.get_item(TableName=self._table, Key=key.attributes, ConsistentRead=True).get("Item")
        if item is not None:
            _check(item)
        return item

    def _put(self, key: TrendKey, **attributes: Any) -> None:  # noqa: ANN401 - attribute values
        self._client.put_item(TableName=self._table, Item={**key.attributes, "v": {"N": FORMAT_VERSION}, **attributes})


def _decode(item: Any) -> Folded:  # noqa: ANN401 - an item of which nothing is sure
    _check(item)
    marks = bytes(item["k"]["B"])
    return Folded(
        {marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)},
        set(map(int, item["h"]["S"].split())),
    )


def _check(item: Any) -> None:  # noqa: ANN401 - as above
    if item.get("v", {}).get("N") != FORMAT_VERSION:
        raise JournalError("the tables were begun by another version of Penstock: rebuild into others (--tables)")
