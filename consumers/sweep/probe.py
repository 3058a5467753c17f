"""Asking the pane log, for many addresses at once, whether a segment follows those that the trends have."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from consumers.batch_get import batch_get
from consumers.schedule import Address
from consumers.tables import place_of, segment_key

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

Expected = tuple[Address, int]
"""An address and the number of its segments that the trends have, which is the number of the next one."""


class LogProbe:
    """Looks for single segments, 100 in a call. One that is not there costs half a read unit."""

    def __init__(
        self, client: "DynamoDBClient", table: str, sleep: Callable[[float], None], *, consistent: bool = False
    ) -> None:
        """Ask the pane log's `table`; wait by `sleep` (seconds) where DynamoDB asks for it.

        If `consistent`, a segment that was written just now is found too, for twice the units.
        """
        self._consistent = consistent
        self._client = client
        self._table = table
        self._sleep = sleep

    def found(self, expected: Iterable[Expected]) -> list[Expected]:
        """Return those that exist; unless `consistent`, one that was written just now may be missed.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a call failed for good.
        """
        keys = (segment_key(address, number) for address, number in expected)
        items = batch_get(
            self._client,
            self._table,
            keys,
            consistent=self._consistent,
            sleep=self._sleep,
            attributes=("address", "segment"),
        )
        return [place_of(item) for item in items]
