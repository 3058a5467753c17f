"""Events that are told by their numbers, kept in a spool and found there again."""

from pathlib import Path
from typing import Any

from penstock.aggregation import UserRecord
from penstock.config import MIB
from penstock.spool.spool import Spool
from tests.unit.penstock.spool.faulty_disk import FaultyDisk

LIMIT = 4 * MIB
SEGMENT = LIMIT // 16


def open_spool(directory: Path, disk: FaultyDisk | None = None, **options: Any) -> Spool:  # noqa: ANN401 - Spool's
    return Spool(directory, **{"limit": LIMIT, "fsync": "never", **options}, disk=disk)


def event(number: int, size: int = 100) -> tuple[str, str | None, bytes]:
    return f"key-{number % 7}", None if number % 3 else str(number), str(number).encode().ljust(size)


def number_of(record: UserRecord) -> int:
    return int(record.data)


def keep(spool: Spool, *numbers: int, size: int = 100) -> list[int]:
    """Append events one by one; return their positions."""
    return [position for number in numbers for position in spool.append([event(number, size)])]


def left_in(directory: Path, **options: Any) -> list[int]:  # noqa: ANN401 - Spool's
    """Return the numbers of the events that a new process finds."""
    with open_spool(directory, **options) as spool:
        found = [number_of(record) for _, record in spool.recovered()]
    say(spool)
    return found


def say(spool: Spool) -> None:
    """Log what a spool has to say, as who holds no lock."""
    for remark in spool.remarks.take():
        remark()


def on_disk(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.iterdir() if path.name != "lock")


def events_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.events"))
