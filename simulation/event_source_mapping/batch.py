"""A batch: records that are invoked together, and what has happened to them."""

from collections import deque
from dataclasses import dataclass, replace

from simulation.event_source_mapping.invocation import Answered, FunctionFailed
from simulation.event_source_mapping.records import ENVELOPE, PAYLOAD_LIMIT, StreamRecord, payload_size


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in order, with how often they were retried and invoked.

    `retries` is what MaximumRetryAttempts limits; `invocations` counts every time the function had the records,
    and is what an invocation record calls approximateInvokeCount. `last_result` is None before the first.
    """

    records: tuple[StreamRecord, ...]
    retries: int = 0
    invocations: int = 0
    last_result: Answered | FunctionFailed | None = None

    def halves(self) -> "tuple[Batch, Batch]":
        """Two batches of at least one record each. The split consumes no retry."""
        middle = len(self.records) // 2
        return self.part(0, middle), self.part(middle, len(self.records))

    def part(self, start: int, end: int) -> "Batch":
        """Some of the records, with the history of the whole."""
        return replace(self, records=self.records[start:end])

    def too_old(self, maximum_age: float, now: float) -> int:
        """How many of the first records have reached an age. A shard's records are in order of arrival."""
        count = 0
        for record in self.records:
            if record.arrived_at + maximum_age > now:
                break
            count += 1
        return count

    def exceeds(self, limit: int) -> bool:
        """Whether the records' event is larger than so many bytes. Only a single record can be that large."""
        return payload_size(self.records) > limit


def gather(
    queue: deque[StreamRecord], batch_size: int, *, limit: int = PAYLOAD_LIMIT, before: float = float("inf")
) -> Batch:
    """Take the next batch off a queue: up to the batch size and the limit in bytes, but at least one record.

    Records that arrived at `before` or later stay, the first one excepted.
    """
    records = [queue.popleft()]
    size = ENVELOPE + records[0].size
    while queue and len(records) < batch_size and size + queue[0].size <= limit and queue[0].arrived_at < before:
        record = queue.popleft()
        size += record.size
        records.append(record)
    return Batch(tuple(records))
