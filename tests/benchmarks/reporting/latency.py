"""DynamoDB in memory, metered, whose calls take time on a clock of their own.

Calls of one thread follow each other; those that an executor is given together begin together, and the slowest counts.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from random import Random
from typing import Any, Final

from simulation.services.items import item_size
from simulation.services.metering import MeteredDynamoDB
from simulation.services.table import Table

MEDIAN_SECONDS: Final = 0.004
SPREAD: Final = 0.5
"""Of the logarithm: one call of a hundred takes more than three times the median."""
BYTES_A_SECOND: Final = 64 * 1024 / 0.001


class TimedDynamoDB(MeteredDynamoDB):
    """Tables, what is read of them, and how long that takes."""

    def __init__(self, tables: Mapping[str, Table], seed: int = 1) -> None:
        """Hold `tables`."""
        super().__init__(tables)
        self.now = 0.0
        self.items = self.size = 0
        self._random = Random(seed)

    def get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """GetItem."""
        answer = super().get_item(**request)
        self._take([answer["Item"]] if "Item" in answer else [])
        return answer

    def query(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """Query."""
        answer = super().query(**request)
        self._take(answer["Items"])
        return answer

    def batch_get_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 - boto3's request
        """BatchGetItem."""
        answer = super().batch_get_item(**request)
        self._take([item for items in answer["Responses"].values() for item in items])
        return answer

    def _take(self, items: list[Any]) -> None:
        size = sum(map(item_size, items))
        self.items += len(items)
        self.size += size
        self.now += self._random.lognormvariate(math.log(MEDIAN_SECONDS), SPREAD) + size / BYTES_A_SECOND


class Together(Executor):
    """Runs what it is given one after the other, on a clock where all of it begins at once."""

    def __init__(self, tables: TimedDynamoDB) -> None:
        """Go by the clock of `tables`."""
        self._tables = tables

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":  # noqa: ANN401 - Executor's
        """Run a call by itself."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future

    def map(  # type: ignore[override]  # neither timeouts nor chunks are needed
        self, fn: Callable[..., Any], *iterables: Iterable[Any]
    ) -> Iterator[Any]:
        """Run calls that begin together."""
        begin = end = self._tables.now
        results = []
        for arguments in zip(*iterables, strict=False):
            self._tables.now = begin
            results.append(fn(*arguments))
            end = max(end, self._tables.now)
        self._tables.now = end
        return iter(results)
