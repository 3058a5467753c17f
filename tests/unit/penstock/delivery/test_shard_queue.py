"""What comes back to a queue takes its place among what waits there, by age."""

import random

from penstock.aggregation import UserRecord
from penstock.backoff import Backoff
from penstock.delivery.record import PlainRecord
from penstock.delivery.shard_limit import ShardLimit
from penstock.delivery.shard_queue import ShardQueue
from penstock.routing import Lane

LANE = Lane("shardId-000000000000", 0, 0, 2**128 - 1)


def records(*serials: int) -> list[PlainRecord]:
    return [PlainRecord(serial, LANE, UserRecord("ada", None, b"{}")) for serial in serials]


def test_what_is_put_back_leaves_before_all_that_is_younger_and_after_all_that_is_older() -> None:
    limit = ShardLimit(None, Backoff(base=0.1, cap=1.0, random=random.Random(1).random))
    queue = ShardQueue(limit, one_at_a_time=False)
    for record in records(2, 5, 9):
        queue.append(record)
    queue.put_back(records(3, 7))
    assert [record.serial for record in queue.records()] == [2, 3, 5, 7, 9]
    assert queue.load == (5, 5 * queue.records()[0].call_bytes)
