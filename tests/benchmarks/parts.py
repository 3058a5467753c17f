"""Parts of the work by themselves."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from tests.benchmarks.report import Column, Table

_TRIES: Final = 7
_COLUMNS: Final = (Column("part", "part"), Column("microseconds", "µs an event", ".3f"))


def best(part: Callable[[], object], events: int) -> float:
    """Return the microseconds of CPU time an event that a part takes for so many events: the best of some tries."""
    times = []
    for _ in range(_TRIES):
        started = time.process_time()
        part()
        times.append(time.process_time() - started)
    return min(times) / events * 1e6


def parts_table(parts: Mapping[str, float]) -> Table:
    """Return a table of microseconds an event by part."""
    return Table("parts", "Parts by themselves, best of some tries", _COLUMNS, list(parts.items()))
