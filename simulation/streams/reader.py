"""Reading a stream: what the poller's threads need of a service, and how its errors are told apart."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from penstock.listing import ListedShard
from simulation.event_source_mapping.actions import Position, ReadProblem
from simulation.event_source_mapping.intake import RawRecord


class ReadError(Exception):
    """A call to the stream failed; `problem` says what the poller should do about it."""

    def __init__(self, problem: ReadProblem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem


class ReadAnswer(NamedTuple):
    """What GetRecords returned. `next_iterator` is None at the end of a closed shard; `millis_behind` is None
    where the service does not tell."""

    records: Sequence[RawRecord]
    next_iterator: str | None
    millis_behind: int | None


class StreamReader(Protocol):
    """One stream, read through its service's API. Every method raises ReadError when its call fails."""

    def list_shards(self) -> list[ListedShard]:
        """All shards of the stream."""

    def open_iterator(self, shard_id: str, position: Position) -> str:
        """A shard iterator for a position."""

    def read(self, iterator: str, limit: int) -> ReadAnswer:
        """The next records of a shard, at most `limit`."""


_PROBLEMS = {
    "ExpiredIteratorException": ReadProblem.EXPIRED_ITERATOR,
    "LimitExceededException": ReadProblem.THROTTLED,
    "ProvisionedThroughputExceededException": ReadProblem.THROTTLED,
    "ResourceNotFoundException": ReadProblem.NOT_FOUND,
    "ThrottlingException": ReadProblem.THROTTLED,
    "TrimmedDataAccessException": ReadProblem.TRIMMED,
}


@contextmanager
def read_errors() -> Iterator[None]:
    """Around calls to a stream: an error of the SDK leaves as the poller's view of it, a ReadError."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        code = ""
        if isinstance(error, ClientError):
            response: Mapping[str, Any] = error.response
            code = str(response.get("Error", {}).get("Code", ""))
        raise ReadError(_PROBLEMS.get(code, ReadProblem.OTHER), str(error)) from error
