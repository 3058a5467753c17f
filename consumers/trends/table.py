"""Reading and writing the trends table (layout: `consumers.tables`, `consumers.trends`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.tables import (
    HORIZON,
    LEVELS_STATE,
    SWEEP_CURSOR,
    Level,
    TrendKey,
    change_key,
    is_part,
    late_key,
    start_of,
    trend_key,
)
from consumers.trends.errors import RevisionRefusedError, TornBucketError, TrendsFormatError
from consumers.trends.hidden import Hidden, HideList
from consumers.trends.item import (
    FORMAT_VERSION,
    MAX_PARTS,
    AttributeMap,
    BucketItem,
    buckets_of,
    check_version,
    decode_item,
    encode_item,
    name_of,
    parts_of,
)
from consumers.trends.late import LateSegment, decode_late, encode_late
from consumers.trends.notes import Changed, ChangeNote, Versions, decode_note, note_request
from consumers.trends.ranges import partitions
from consumers.trends.state import LevelsState, Mark, decode_state, encode_state
from consumers.trends.vector import Vector, unpack

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutTypeDef, QueryInputTypeDef

_MAX_TORN_READS: Final = 8
_REFUSED: Final = frozenset(("ConditionalCheckFailed", "TransactionConflict"))
_CONDITION_FAILED: Final = "ConditionalCheckFailedException"


class Progress(NamedTuple):
    """What a bucket item says of itself without its counts."""

    level: Level
    start: int
    bucket: int
    revision: int
    vector: Vector
    buckets: int | None

    @property
    def name(self) -> str:
        """What to call the item in messages."""
        return name_of(self.level, self.start, self.bucket)


class TrendsTable:
    """The trends in one table. Thread-safe, as boto3's clients are; remembers nothing."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        """Read and write `table` with `client`."""
        self._client = client
        self.table = table

    def get(self, level: Level, start: int, bucket: int, *, consistent: bool = True) -> BucketItem | None:
        """Return one bucket of the minute, hour or day that starts at `start`, or None if nothing was counted.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: an item that this code can't read.
            TornBucketError: it was rewritten again and again meanwhile.
        """
        key = trend_key(level, start, bucket)
        item = self._get(key, consistent=consistent)
        if item is None:
            return None
        return self._whole(level, item, {}) if parts_of(item) else decode_item(level, item)

    def query(self, level: Level, bucket: int, start: int, end: int, *, consistent: bool = False) -> list[BucketItem]:
        """Return one bucket of the minutes, hours or days from `start` up to but not including `end`, in order.

        What counted nothing is not among them. One query for each hour of minutes, day of hours, month of days (and
        for each 1 MB of items).

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: an item that this code can't read.
            TornBucketError: one was rewritten again and again meanwhile.
        """
        items: list[Mapping[str, AttributeValueTypeDef]] = []
        parts: dict[str, Mapping[str, AttributeValueTypeDef]] = {}
        for item in self._query(level, bucket, start, end, consistent=consistent):
            if is_part(item["start"]["S"]):
                parts[item["start"]["S"]] = item
            else:
                items.append(item)
        return [self._whole(level, item, parts) if parts_of(item) else decode_item(level, item) for item in items]

    def progress(self, level: Level, bucket: int, start: int, end: int) -> list[Progress]:
        """Return what `query` would, eventually consistent, without the counts: as many read units, far fewer bytes.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        read = self._query(level, bucket, start, end, consistent=False, only=("start", "v", "r", "e", "b"))
        return [_progress(level, bucket, item) for item in read if not is_part(item["start"]["S"])]

    def put(self, item: BucketItem) -> None:
        """Write `item` if the table holds the revision before it (for revision 1: none).

        After an error other than a refusal the item may or may not have been written.

        Raises:
            RevisionRefusedError: another writer was first.
            BucketTooLargeError: more values than one transaction can write.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        encoded = encode_item(item)
        if len(encoded) == 1:
            self._put_one(item, encoded[0])
        else:
            self._put_parts(item, encoded)

    def state(self, *, consistent: bool = True) -> LevelsState | None:
        """Return how far the levels are summed, or None before the first write of rollup.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: a state that this code can't read.
        """
        item = self._get(LEVELS_STATE, consistent=consistent)
        return None if item is None else decode_state(item)

    def create_state(self, state: LevelsState) -> bool:
        """Write the first state; False if there is one already.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        try:
            self._client.put_item(
                TableName=self.table,
                Item=encode_state(state),
                ConditionExpression="attribute_not_exists(#bucket)",
                ExpressionAttributeNames={"#bucket": "bucket"},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                return False
            raise
        return True

    def raise_mark(self, mark: Mark, to: int) -> bool:
        """Raise one mark of the state; False if it is there already, or beyond, or there is no state.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        return self._raise(mark, to, {})

    def raise_arrival(self, newest_ms: int, applied_ms: int) -> bool:
        """Raise the newest arrival, and say when that was applied (both epoch milliseconds); False as `raise_mark`.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        return self._raise(Mark.NEWEST_ARRIVAL, newest_ms, {str(Mark.APPLIED_AT): applied_ms})

    def _raise(self, mark: Mark, to: int, besides: Mapping[str, int]) -> bool:
        names = {"#mark": str(mark)} | {f"#{name}": name for name in besides}
        values = {":to": to} | {f":{name}": number for name, number in besides.items()}
        try:
            self._client.update_item(
                TableName=self.table,
                Key=LEVELS_STATE.attributes,
                UpdateExpression=", ".join(("SET #mark = :to", *(f"#{name} = :{name}" for name in besides))),
                ConditionExpression="attribute_exists(#bucket) AND (attribute_not_exists(#mark) OR #mark < :to)",
                ExpressionAttributeNames={"#bucket": "bucket", **names},
                ExpressionAttributeValues={name: {"N": str(number)} for name, number in values.items()},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                return False
            raise
        return True

    def sweep_cursor(self) -> int | None:
        """Return the hour (epoch seconds) that the sweep checks next, or None before its first run.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: a cursor that this code can't read.
        """
        cursor = self._numbers(SWEEP_CURSOR, ("hour",), "cursor of the sweep")
        return None if cursor is None else cursor[0]

    def save_sweep_cursor(self, hour: int) -> None:
        """Keep where the sweep goes on. Two sweeps at once may repeat each other's work, which is harmless.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        item: AttributeMap = {
            **SWEEP_CURSOR.attributes,
            "v": {"N": str(FORMAT_VERSION)},
            "hour": {"N": str(hour)},
        }
        self._client.put_item(TableName=self.table, Item=item)

    def keep_late(self, hour: int, due: int, segments: Sequence[LateSegment]) -> None:
        """Keep `segments`, all of the hour that starts at `hour`, until they are due (epoch seconds).

        The same segments again overwrite themselves, and a copy in other company does no harm.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        for item in encode_late(hour, due, segments):
            self._client.put_item(TableName=self.table, Item=item)

    def late(
        self, hour: int, after: int, until: int, unread: Callable[[TrendsFormatError], object]
    ) -> Iterator[list[LateSegment]]:
        """Yield, an item at a time, the late segments of an hour that are due later than `after` and by `until`.

        Strongly consistent: a page (1 MB of items) costs a read unit for each 4 KB. An item that this code can't read
        is passed over, and `unread` is called with the reason.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        partition, first = late_key(hour, after + 1)
        last = late_key(hour, until + 1).start
        for item in self._range(partition, first, last, consistent=True):
            try:
                segments = decode_late(hour, item)
            except TrendsFormatError as error:
                unread(error)
            else:
                yield segments

    def hidden(self) -> Hidden:
        """Return the values that are not to be shown, strongly consistent.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        return HideList(self._client, self.table).read()

    def item(self, key: TrendKey, *, consistent: bool = False) -> "Mapping[str, AttributeValueTypeDef] | None":
        """Return the low-level item with this key, for kinds that have their own form; None where there is none.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        return self._get(key, consistent=consistent)

    def note_changes(self, hour: int, changed: Changed, expires_at: int) -> None:
        """Tell readers which minutes of the hour that starts at `hour` may have changed; again does no harm.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        self._client.update_item(**note_request(self.table, hour, changed, expires_at))

    def changes(self, first: int, last: int) -> dict[int, Versions]:
        """Return the change notes of the hours from `first` to `last` (epoch seconds), consistently, by hour.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: a note that this code can't read.
        """
        return {note.hour: note.versions for note in self.change_notes(first, last)}

    def change_notes(self, first: int, last: int) -> list[ChangeNote]:
        """Return the change notes of the hours from `first` to `last` (epoch seconds), consistently, in their order.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: a note that this code can't read.
        """
        partition, start = change_key(first)
        return list(map(decode_note, self._range(partition, start, change_key(last).start, consistent=True)))

    def horizon(self) -> tuple[int, int, int] | None:
        """Return what `save_horizon` kept, or None before the sweep's first run.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
            TrendsFormatError: an item that this code can't read.
        """
        noted = self._numbers(HORIZON, ("h", "s", "f"), "horizon")
        if noted is None:
            return None
        hours, sure_hours, sure_from = noted
        return hours, sure_hours, sure_from

    def save_horizon(self, hours: int, sure_hours: int, sure_from: int) -> None:
        """Keep for how long the pane log has segments (`consumers.pane_log.horizon`).

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        item: AttributeMap = {
            **HORIZON.attributes,
            "v": {"N": str(FORMAT_VERSION)},
            "h": {"N": str(hours)},
            "s": {"N": str(sure_hours)},
            "f": {"N": str(sure_from)},
        }
        self._client.put_item(TableName=self.table, Item=item)

    def _numbers(self, key: TrendKey, names: Sequence[str], what: str) -> list[int] | None:
        """Return the whole numbers of a note of the sweep's, read consistently, or None where there is none."""
        item = self._get(key, consistent=True)
        if item is None:
            return None
        check_version(item)
        try:
            return [int(item[name]["N"]) for name in names]
        except (KeyError, ValueError) as error:
            raise TrendsFormatError(f"no {what}: {error!r}") from error

    def _get(self, key: TrendKey, *, consistent: bool) -> "Mapping[str, AttributeValueTypeDef] | None":
        answer = self._client.get_item(
            TableName=self.table,
            Key=key.attributes,
            ConsistentRead=consistent,
        )
        return answer.get("Item")

    def _query(
        self,
        level: Level,
        bucket: int,
        start: int,
        end: int,
        *,
        consistent: bool,
        only: Iterable[str] = (),
    ) -> "Iterator[Mapping[str, AttributeValueTypeDef]]":
        for partition, first, last in partitions(level, bucket, start, end):
            last_part = TrendKey(partition, last).part(MAX_PARTS - 1).start
            yield from self._range(partition, first, last_part, consistent=consistent, only=only)

    def _range(
        self, partition: str, first: str, last: str, *, consistent: bool, only: Iterable[str] = ()
    ) -> "Iterator[Mapping[str, AttributeValueTypeDef]]":
        """Yield the items of one partition with sort keys from `first` to `last`, both included."""
        request: QueryInputTypeDef = {
            "TableName": self.table,
            "KeyConditionExpression": "#bucket = :bucket AND #start BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#bucket": "bucket", "#start": "start"},
            "ExpressionAttributeValues": {":bucket": {"S": partition}, ":first": {"S": first}, ":last": {"S": last}},
            "ConsistentRead": consistent,
        }
        if only:
            request["ProjectionExpression"] = ", ".join(f"#{name}" for name in only)
            request["ExpressionAttributeNames"] = {"#bucket": "bucket"} | {f"#{name}": name for name in only}
        while True:
            answer = self._client.query(**request)
            yield from answer["Items"]
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _whole(
        self,
        level: Level,
        item: "Mapping[str, AttributeValueTypeDef]",
        parts: "Mapping[str, Mapping[str, AttributeValueTypeDef]]",
    ) -> BucketItem:
        """Join `item` with its parts, reading again what another writer replaced meanwhile.

        A query is no snapshot: between the item and its parts a write can lie. Their revisions show it.
        """
        key = TrendKey.of(item)
        for _ in range(_MAX_TORN_READS):
            needed = [key.part(part).start for part in range(1, parts_of(item) + 1)]
            if all(name in parts and parts[name]["r"] == item["r"] for name in needed):
                return decode_item(level, item, [bytes(parts[name]["c"]["B"]) for name in needed])
            start = start_of(level, key.start)
            again = list(self._query(level, key.number, start, start + 1, consistent=True))
            if not again or again[0]["start"]["S"] != key.start:
                raise TrendsFormatError(f"{key.bucket} {key.start} has parts and is gone")
            item, parts = again[0], {part["start"]["S"]: part for part in again[1:]}
        raise TornBucketError(f"{key.bucket} {key.start} was rewritten {_MAX_TORN_READS} times while it was read")

    def _put_one(self, item: BucketItem, encoded: AttributeMap) -> None:
        put = _conditional(self.table, item, encoded)
        put["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        try:
            self._client.put_item(**put)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "TransactionConflictException":  # another writer's transaction on the same item
                raise RevisionRefusedError(item, None) from error
            if code != _CONDITION_FAILED:
                raise
            winner: Any = error.response.get("Item")
            raise RevisionRefusedError(
                item, decode_item(item.level, winner) if winner and not parts_of(winner) else None
            ) from error

    def _put_parts(self, item: BucketItem, encoded: list[AttributeMap]) -> None:
        first, *parts = encoded
        puts: list[PutTypeDef] = [_conditional(self.table, item, first)]
        puts += [{"TableName": self.table, "Item": part} for part in parts]
        try:
            self._client.transact_write_items(TransactItems=[{"Put": put} for put in puts])
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", ())
            if any(reason.get("Code") in _REFUSED for reason in reasons):
                raise RevisionRefusedError(item, None) from error
            raise


def _progress(level: Level, bucket: int, item: "Mapping[str, AttributeValueTypeDef]") -> Progress:
    check_version(item)
    try:
        start, revision = start_of(level, item["start"]["S"]), int(item["r"]["N"])
        return Progress(level, start, bucket, revision, unpack(bytes(item["e"]["B"])), buckets_of(item))
    except (KeyError, ValueError, TypeError) as error:
        raise TrendsFormatError(f"{level} {item['start']['S']} bucket {bucket} is damaged: {error!r}") from error


def _conditional(table: str, item: BucketItem, encoded: AttributeMap) -> "PutTypeDef":
    """Return the put of `encoded` on condition that the table holds the revision before `item`'s."""
    put: PutTypeDef = {
        "TableName": table,
        "Item": encoded,
        "ConditionExpression": "attribute_not_exists(#r)" if item.revision == 1 else "#r = :r",
        "ExpressionAttributeNames": {"#r": "r"},
    }
    if item.revision > 1:
        put["ExpressionAttributeValues"] = {":r": {"N": str(item.revision - 1)}}
    return put
