"""What single faults do in a world."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from simulation.faults import NAMES
from simulation.services.kinesis.writing import THROTTLED
from simulation.world.kinds import VIEWS_EVERY
from simulation.world.names import TRENDS_TABLE
from simulation.world.process import Process
from simulation.world.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world with views, in which nothing fails until a test says so."""
    world = World(VIEWS_EVERY, tmp_path, allowed=())
    yield world
    world.end()


def test_a_shard_that_is_throttled_refuses_records_one_by_one_for_a_while(world: World) -> None:
    entries = [{"Data": b"x", "PartitionKey": "key"}] * 3
    client = world.kinesis_client(Process(world.scheduler, "caller"))
    codes: list[str | None] = []

    def put() -> None:
        world.faults._rates["throttled_shard"] = 1.0
        answers = [client.put_records(StreamName=world.stream.name, Records=entries)]
        world.faults.end()
        world.scheduler.sleep(1.0)
        answers.append(client.put_records(StreamName=world.stream.name, Records=entries))
        codes.extend(result.get("ErrorCode") for answer in answers for result in answer["Records"])

    world.within(put)
    assert codes == [THROTTLED] * 3 + [None] * 3


def test_change_notes_alone_are_refused(world: World) -> None:
    world.faults._rates["failed_note"] = 1.0
    client = world.client("dynamodb", Process(world.scheduler, "caller"))

    def write() -> None:
        for bucket in ("changed", "rollup"):
            change = {"UpdateExpression": "SET v = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}}
            key = {"bucket": {"S": bucket}, "start": {"S": "2025-11-21T14"}}
            try:
                client.update_item(TableName=TRENDS_TABLE, Key=key, **change)
            except ClientError:
                refused.append(bucket)

    refused: list[str] = []
    world.within(write)
    assert refused == ["changed"]


def test_no_note_is_refused_where_nobody_reads_it(tmp_path: Path) -> None:
    world = World(VIEWS_EVERY + 1, tmp_path, allowed=NAMES)
    assert not any(world.faults.looms("failed_note") for _ in range(1_000))
    world.end()
