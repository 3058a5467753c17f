"""How busy this machine is, as its kernel tells."""

import os
from pathlib import Path
from typing import Final

_STAT: Final = Path("/proc/stat")


class Machine:
    """Share of all processors that was busy since this was made. Where the kernel doesn't tell (not Linux): unknown.

    Source: proc_stat(5). What other guests of the same host took ("steal") was busy too.
    """

    def __init__(self) -> None:
        self._before = _times()

    @property
    def cores(self) -> int:
        """How many processors there are for this process."""
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

    def restart(self) -> None:
        """Count from now on."""
        self._before = _times()

    def busy(self) -> float | None:
        """Return the share, of 1."""
        before, now = self._before, _times()
        if before is None or now is None or now[1] <= before[1]:
            return None
        return 1 - (now[0] - before[0]) / (now[1] - before[1])


def _times() -> tuple[int, int] | None:
    """Return idle and all ticks since the machine's start."""
    try:
        first = _STAT.read_text(encoding="ascii").partition("\n")[0]
    except OSError:
        return None
    ticks = [int(each) for each in first.split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)
