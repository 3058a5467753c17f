"""How much memory a process has had: what Lambda kills an environment for.

The kernel keeps the most that a process ever had resident (``VmHWM`` in ``/proc/<id>/status``, proc(5)), so that no
peak is missed between two looks. A limit of the address space would be another thing: threads and allocators reserve
far more than they use, and Python would raise MemoryError where Lambda kills.
"""

import re
from pathlib import Path
from typing import Final

LOOK_SECONDS: Final = 0.05
"""How often a process is looked at. Until then it may have more than it should: one that fills memory as fast as it can
gets some hundred MB further."""

_PEAK: Final = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


def peak_bytes(process_id: int) -> int | None:
    """Return the most memory that a process has had, without its children's; None if it has ended.

    Where there is no ``/proc``, on macOS for one, it is None, too, so that nothing is limited there.
    """
    try:
        status = Path(f"/proc/{process_id}/status").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    found = _PEAK.search(status)
    return int(found[1]) * 1024 if found else None  # what has ended and waits to be asked for has no memory
