"""Strips and their directories in the trends table: reading both, and noting what directories say."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.batch_get import batch_get
from consumers.tables import TrendKey
from consumers.trends.errors import TrendsFormatError
from consumers.trends.item import AttributeMap, check_version
from consumers.views.store import FORMAT_VERSION
from consumers.views.strips.codec import Strip
from consumers.views.strips.directory import Entry, Place, attributes_of, entries_of

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

_CONDITION_FAILED: Final = "ConditionalCheckFailedException"


class StripAt(NamedTuple):
    """One strip of a frame."""

    place: Place
    number: int
    strips: int

    @property
    def key(self) -> TrendKey:
        """Its key."""
        return self.place.strip_key(self.number, self.strips)


class StripsTable:
    """Strips in the trends table. Thread-safe, as boto3's clients are; remembers nothing."""

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        sleep: Callable[[float], None],
        unread: Callable[[TrendsFormatError], object],
    ) -> None:
        """Read and write `table` with `client`; wait by `sleep` (seconds) where DynamoDB asks for it.

        `unread` is told of strips and directories that can't be read.
        """
        self._client = client
        self._table = table
        self._sleep = sleep
        self._unread = unread

    def entries(self, directories: Iterable[Place], *, consistent: bool = False) -> dict[Place, Entry]:
        """Return what these directories (`Place.directory`) say of their frames; of one that can't be read, nothing.

        Args:
            directories: which.
            consistent: as who writes them must read them.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
            TrendsFormatError: if `consistent`, a directory that this code can't read: it must not be written over.
        """
        wanted = {place.directory_key: place for place in directories}
        found: dict[Place, Entry] = {}
        for key, item in self._items(wanted, consistent=consistent):
            try:
                found |= entries_of(wanted[key], item)
            except TrendsFormatError as error:
                if consistent:
                    raise
                self._unread(error)
        return found

    def strips(self, wanted: Mapping[StripAt, int]) -> dict[StripAt, tuple[Strip, int]]:
        """Return those of the strips `wanted` that are there, with the bytes of each as stored.

        Read eventually consistently; what is then missing or older than the version that is asked for, once more
        consistently. A strip that this code can't read is as one that is not there.

        Args:
            wanted: strips, and the version that their directory says they were written as.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        found: dict[StripAt, tuple[Strip, int]] = {}
        for consistent in (False, True):
            keys = {at.key: at for at in wanted if at not in found}
            for key, item in self._items(keys, consistent=consistent):
                try:
                    version, content = _content(item)
                    if version >= wanted[keys[key]]:
                        found[keys[key]] = Strip.decode(content), len(content)
                except TrendsFormatError as error:
                    self._unread(error)
        return found

    def note(self, place: Place, entry: Entry, expires_at: int) -> bool:
        """Write a frame's entry into its directory; False if what is there is as new or newer.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        attributes = attributes_of(place, entry)
        order, content = attributes
        values: AttributeMap = {
            ":n": attributes[order],
            ":e": attributes[content],
            ":v": {"N": str(FORMAT_VERSION)},
            ":x": {"N": str(expires_at)},
        }
        try:
            self._client.update_item(
                TableName=self._table,
                Key=place.directory_key.attributes,
                UpdateExpression="SET #n = :n, #e = :e, #v = :v, #x = :x",
                ConditionExpression="attribute_not_exists(#n) OR #n < :n",
                ExpressionAttributeNames={"#n": order, "#e": content, "#v": "v", "#x": "x"},
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == _CONDITION_FAILED:
                return False
            raise
        return True

    def _items(
        self, keys: Iterable[TrendKey], *, consistent: bool
    ) -> "list[tuple[TrendKey, Mapping[str, AttributeValueTypeDef]]]":
        wanted = [key.attributes for key in keys]
        items = batch_get(self._client, self._table, wanted, consistent=consistent, sleep=self._sleep)
        return [(TrendKey.of(item), item) for item in items]


def _content(item: "Mapping[str, AttributeValueTypeDef]") -> tuple[int, bytes]:
    check_version(item)
    try:
        return int(item["n"]["N"]), bytes(item["c"]["B"])
    except (KeyError, ValueError) as error:
        raise TrendsFormatError(f"no strip: {error!r}") from error
