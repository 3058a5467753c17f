"""Ten million events, stubbed: whether memory grows with the number of events that were sent."""

from pathlib import Path
from typing import Final

from penstock.producer import Producer
from tests.benchmarks.producer.stubs import call_stub
from tests.benchmarks.producer.workload import make_events

MOST_GROWTH: Final = 32 * 2**20
_BATCH: Final = 100_000


def measure_growth(events: int) -> tuple[int, int]:
    """Put events, a hundred thousand at a time, every other time one by one.

    Args:
        events: how many in all, a multiple of 1,000,000.

    Returns:
        Resident bytes after the first million and at the end.
    """
    batch = make_events(_BATCH)
    at_first = 0
    with Producer("bench", client=call_stub(), rate_limit_percent=None) as producer:
        for done in range(_BATCH, events + 1, _BATCH):
            if done // _BATCH % 2:
                producer.put_many(batch)
            else:
                for event in batch:
                    producer.put(event.data, partition_key=event.partition_key)
            if done == 1_000_000:
                producer.flush()
                at_first = resident_bytes()
        producer.flush()
        return at_first, resident_bytes()


def resident_bytes() -> int:
    """Return the process's resident memory (Linux: proc(5), "VmRSS")."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/self/status has no VmRSS: this measure needs Linux")
