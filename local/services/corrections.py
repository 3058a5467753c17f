"""Corrections of moto, made in the process that serves it: what a local run can't live with.

Each one is here because moto loses data, leaks memory, slows down with what it holds, or says what a run would report
wrongly; `docs/moto-gaps.md` lists them and what is left as it is. They lean on moto's internals, so their tests hold
each of them against the installed version.

The server handles one request at a time (`local.services.server`), so nothing here takes a lock.
"""

import inspect
import time
from typing import Any, Final

import moto.backends
import moto.kinesis.models
from moto.core.common_models import BaseModel
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.kinesis.models import KinesisBackend, Record, Shard, kinesis_backends

from local.services import table_metering
from simulation.services.kinesis.limits import WriteLimit

GET_RECORDS_BYTES: Final = 10 * 1024 * 1024
"""Most data that one GetRecords answers (GetRecords, Kinesis Data Streams API reference)."""

STREAM_ITERATORS: Final = 1_000
"""Iterators of DynamoDB streams that are remembered; a poller uses its newest one."""


class TrimmableShard(Shard):
    """A shard whose records can be dropped from the front, and whose calls cost what they answer.

    moto numbers a record by the last one held, which it finds by listing all of them, reads a shard from its first
    record on each time, and answers as much as there is.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - moto's own signature
        """Start empty, numbering from 1."""
        super().__init__(*args, **kwargs)
        self._first = 1
        self._last = 0
        self._limit: WriteLimit | None = None

    def takes(self, size: int, now: float) -> bool:
        """Tell whether a record of `size` bytes is within what a shard takes in a second; count it if so."""
        self._limit = self._limit or WriteLimit(now)
        return self._limit.takes(size, now)

    def put_record(self, partition_key: str, data: str, explicit_hash_key: str) -> str:
        """Append a record and return its sequence number, one above the last ever given."""
        self._last += 1
        self.records[self._last] = Record(partition_key, data, self._last, explicit_hash_key)
        return str(self._last)

    def get_records(self, last_sequence_id: str, limit: int | None) -> tuple[list[Record], int, int]:
        """Return the records after a sequence number, the last one's number, and how far behind they are (ms)."""
        found: list[Record] = []
        size = 0
        after = max(int(last_sequence_id), self._first - 1)
        for number in range(after + 1, self._last + 1):
            record = self.records[number]
            size += len(record.data) * 3 // 4 - record.data[-2:].count("=")  # kept in base64
            if len(found) == limit or (found and size > GET_RECORDS_BYTES):
                break
            found.append(record)
        if not found:
            return [], after, 0
        behind = self.records[self._last].created_at - found[-1].created_at
        return found, found[-1].sequence_number, int(behind * 1000)

    def get_min_sequence_number(self) -> int:
        """Return the number of the oldest record, 0 where none is held."""
        return self._first if self.records else 0

    def get_max_sequence_number(self) -> int:
        """Return the last number given."""
        return self._last

    def trim(self, through: int) -> int:
        """Drop the records up to and including a sequence number; return how many."""
        end = min(through, self._last) + 1
        dropped = range(self._first, end)
        for number in dropped:
            del self.records[number]
        self._first = max(self._first, end)
        return len(dropped)


def install(*, write_limits: bool = False) -> None:
    """Correct moto in this process; with `write_limits`, shards refuse what they would refuse on AWS."""
    KinesisBackend.put_records = (  # type: ignore[method-assign]
        _put_records_within_limits if write_limits else _put_records
    )
    # Every record, item and iterator ever made is kept in a list, for a page of moto's that shows what it holds.
    BaseModel.__new__ = _new_untracked  # type: ignore[method-assign]
    moto.kinesis.models.Shard = TrimmableShard  # type: ignore[misc] # streams look the class up here
    # Two data points for every PutRecords are kept for ever, and nothing here reads CloudWatch.
    KinesisBackend._send_stream_metrics = lambda *_args, **_kwargs: None  # type: ignore[method-assign]
    Table.query = _query_partition  # type: ignore[method-assign]
    table_metering.install()
    DynamoDBStreamsBackend.get_records = _get_records_and_forget  # type: ignore[method-assign]
    # Looked up on the disk for every request, which is a seventh of what a request costs.
    modules = list(moto.backends.list_of_moto_modules())
    moto.backends.list_of_moto_modules = lambda: modules


def trim(stream_arn: str, shard_id: str, through: int) -> int:
    """Drop what a stream holds in a shard up to and including a sequence number; return how many records.

    Raises:
        KeyError: there is no such shard.
    """
    _, _, service, region, account, resource = stream_arn.split(":", 5)
    if service == "kinesis":
        stream = kinesis_backends[account][region].describe_stream(stream_arn=stream_arn, stream_name=None)
        shard = stream.shards[shard_id]
        return shard.trim(through) if isinstance(shard, TrimmableShard) else 0
    shard_of_table = dynamodb_backends[account][region].get_table(resource.split("/")[1]).stream_shard
    if shard_of_table is None or shard_of_table.id != shard_id:
        raise KeyError(shard_id)
    # moto numbers a record by the place it takes in the list after the first one, so both move together.
    count = max(0, min(through - shard_of_table.starting_sequence_number + 1, len(shard_of_table.items)))
    del shard_of_table.items[:count]
    shard_of_table.starting_sequence_number += count
    return count


_put_records = KinesisBackend.put_records
_query = Table.query
_QUERY: Final = inspect.signature(_query)
_get_records = DynamoDBStreamsBackend.get_records


def _new_untracked(cls: type[BaseModel], *_args: Any, **_kwargs: Any) -> BaseModel:  # noqa: ANN401 - moto's own signature
    """Make an instance as any class does."""
    return object.__new__(cls)


def _put_records_within_limits(
    self: KinesisBackend, stream_arn: str, stream_name: str, records: list[dict[str, Any]]
) -> dict[str, Any]:
    """Put what the records' shards take now, and refuse the others one by one: moto takes all.

    The answer's form: PutRecords, Kinesis Data Streams API reference.
    """
    stream = self.describe_stream(stream_arn=stream_arn, stream_name=stream_name)
    now, answers = time.time(), []
    taken: list[dict[str, Any]] = []
    for record in records:
        shard = stream.get_shard_for_key(record["PartitionKey"], record.get("ExplicitHashKey", ""))
        size = len(record["Data"]) * 3 // 4 - record["Data"][-2:].count("=") + len(record["PartitionKey"].encode())
        if isinstance(shard, TrimmableShard) and not shard.takes(size, now):
            message = f"Rate exceeded for shard {shard.shard_id} in stream {stream.stream_name}."
            answers.append({"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": message})
        else:
            answers.append({})
            taken.append(record)
    put = iter(_put_records(self, stream_arn, stream_name, taken)["Records"])
    refused = sum(map(bool, answers))
    return {"FailedRecordCount": refused, "Records": [answer or next(put) for answer in answers]}


def _query_partition(self: Table, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - moto's own signature
    """Query a table through its partition: moto sorts all items of the table for each query."""
    asked = _QUERY.bind(self, *args, **kwargs).arguments
    if asked.get("index_name"):
        return _query(self, *args, **kwargs)
    hash_key = asked["hash_key"]
    everything = self.items
    self.items = {hash_key: everything[hash_key]} if hash_key in everything else {}  # type: ignore[assignment]
    try:
        return _query(self, *args, **kwargs)
    finally:
        self.items = everything


def _get_records_and_forget(self: DynamoDBStreamsBackend, iterator_arn: str, limit: int) -> dict[str, Any]:
    """Read by an iterator, and forget the oldest: moto keeps every iterator it ever gave."""
    answer = _get_records(self, iterator_arn, limit)
    for oldest in list(self.shard_iterators)[:-STREAM_ITERATORS]:
        del self.shard_iterators[oldest]
    return answer
