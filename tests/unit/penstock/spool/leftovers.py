"""What a process leaves in a spool for the next one."""

from pathlib import Path

from penstock.config import MIB
from penstock.spool.spool import Spool


def leave(directory: Path, *events: bytes, key: str = "key") -> None:
    with Spool(directory, limit=64 * MIB, fsync="never") as spool:
        for event in events:
            assert spool.append([(key, None, event)])


def left_in(directory: Path) -> list[bytes]:
    with Spool(directory, limit=64 * MIB, fsync="never") as spool:
        return [event.data for _, event in spool.recovered()]
