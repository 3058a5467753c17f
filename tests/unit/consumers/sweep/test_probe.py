"""The probe finds the segments that exist among those asked for, however many keys DynamoDB answers at a time."""

import pytest
from botocore.exceptions import ClientError

from consumers.batch_get import MAX_CALLS
from consumers.schedule import Address
from consumers.sweep.probe import LogProbe
from tests.unit.consumers.rollup.making import MINUTE, a_segment, append
from tests.unit.consumers.simulated_tables import LOG_TABLE, PAGE_ITEMS, SimulatedTables


def addresses(number: int) -> list[Address]:
    return [Address(MINUTE + 60 * n, 30, 0, 2) for n in range(number)]


@pytest.mark.parametrize("asked", [0, 1, PAGE_ITEMS + 1, 100, 101, 250])
def test_what_exists_is_found(asked: int) -> None:
    dynamodb = SimulatedTables()
    waits: list[float] = []
    probe = LogProbe(dynamodb.client(), LOG_TABLE, waits.append)
    wanted = addresses(asked)
    append(dynamodb, *(a_segment(2, address=address) for address in wanted[::2]))
    assert sorted(probe.found((address, 2) for address in wanted)) == [(address, 2) for address in wanted[::2]]
    assert not probe.found((address, 3) for address in wanted)
    assert bool(waits) == (asked == PAGE_ITEMS + 1)


def test_keys_that_are_never_read_end_in_an_error() -> None:
    class Busy(SimulatedTables):
        def batch_get_item(self, **request: object) -> dict[str, object]:
            self.calls.append("BatchGetItem")
            return {"Responses": {}, "UnprocessedKeys": request["RequestItems"]}

    dynamodb = Busy()
    waits: list[float] = []
    with pytest.raises(ClientError, match="left keys unread"):
        LogProbe(dynamodb.client(), LOG_TABLE, waits.append).found([(addresses(1)[0], 0)])
    assert len(dynamodb.calls) == MAX_CALLS
    assert waits == sorted(waits)
