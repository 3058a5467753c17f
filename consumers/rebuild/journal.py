"""What a rebuild remembers of itself, in the trends table that it fills: so that it goes on where it ended.

Items under ``bucket = "rebuild"``: ``start = "run"`` says which archive and settings the tables are made from, and each
hour of arrival has an item that names the objects which are folded, and the hours of event time that they brought
something to. Objects are named by a hash, 8 bytes each: some 50,000 fit into an item, the objects of an hour of 800
shards at one a minute. They never expire; nothing else reads them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

BUCKET: Final = "rebuild"
RUN: Final = "run"
MARK_BYTES: Final = 8
FORMAT_VERSION: Final = "1"


class JournalError(Exception):
    """A journal that this code can't use; the message says why."""


class Run(NamedTuple):
    """What the tables are made from: whatever changes what counts, and where."""

    archive: str
    schedule: str
    dedup_days: int
    start: str
    """Arrivals from here on, ISO 8601."""


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
        item = self._get(RUN)
        if item is None:
            return None
        return Run(item["archive"]["S"], item["schedule"]["S"], int(item["dedup_days"]["N"]), item["start_at"]["S"])

    def begin(self, run: Run) -> None:
        """Say what the tables are made from.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it is not said.
        """
        self._put(
            RUN,
            archive={"S": run.archive},
            schedule={"S": run.schedule},
            dedup_days={"N": str(run.dedup_days)},
            start_at={"S": run.start},
        )

    def folded(self, hour: str) -> Folded:
        """Return what is folded of an hour of arrival, like ``2026-11-21T09``.

        Raises:
            JournalError: its item can't be read.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the table can't be read.
        """
        item = self._get(hour)
        return Folded() if item is None else _decode(item)

    def keep(self, hour: str, folded: Folded) -> None:
        """Remember what is folded of an hour of arrival.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it is not remembered.
        """
        self._put(
            hour,
            k={"B": b"".join(sorted(folded.marks))},
            h={"L": [{"N": str(each)} for each in sorted(folded.event_hours)]},
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
            ExpressionAttributeValues={":bucket": {"S": BUCKET}},
            ConsistentRead=True,
        )
        items: Iterable[Any] = (item for page in pages for item in page["Items"])
        return sorted({hour for item in items if item["start"]["S"] != RUN for hour in _decode(item).event_hours})

    def _get(self, start: str) -> Any:  # noqa: ANN401 - an item of which nothing is sure
        answer = self._client.get_item(
            TableName=self._table, Key={"bucket": {"S": BUCKET}, "start": {"S": start}}, ConsistentRead=True
        )
        item = answer.get("Item")
        if item is not None:
            _check(item)
        return item

    def _put(self, start: str, **attributes: Any) -> None:  # noqa: ANN401 - attribute values
        key = {"bucket": {"S": BUCKET}, "start": {"S": start}, "v": {"N": FORMAT_VERSION}}
        self._client.put_item(TableName=self._table, Item={**key, **attributes})


def _decode(item: Any) -> Folded:  # noqa: ANN401 - an item of which nothing is sure
    _check(item)
    marks = bytes(item["k"]["B"])
    return Folded(
        {marks[at : at + MARK_BYTES] for at in range(0, len(marks), MARK_BYTES)},
        {int(each["N"]) for each in item["h"]["L"]},
    )


def _check(item: Any) -> None:  # noqa: ANN401 - as above
    if item.get("v", {}).get("N") != FORMAT_VERSION:
        raise JournalError("the tables were begun by another version of Penstock: rebuild into others (--tables)")
