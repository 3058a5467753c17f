"""The table of sizes and cold imports in ``docs/packages.md``: what was measured, and what may not grow by a fifth."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

GROWTH: Final = 1.2
"""A package or an import that is this much larger than recorded needs a reason, and a new record."""

_HEAD: Final = (
    "| function | zipped, bytes | unzipped, bytes | import, times that of boto3 |\n| --- | --- | --- | --- |\n"
)
_ROW: Final = re.compile(r"^\| (\w+) \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) \|$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of the table."""

    zipped: int
    """Bytes of the archive for Lambda."""
    unzipped: int
    ratio: float
    """Of the package for this machine."""


def recorded(page: Path) -> Mapping[str, Recorded]:
    """Read the table of a page, by logical id."""
    return {
        function: Recorded(int(zipped.replace(",", "")), int(unzipped.replace(",", "")), float(ratio))
        for function, zipped, unzipped, ratio in _ROW.findall(page.read_text(encoding="utf-8"))
    }


def as_table(rows: Mapping[str, Recorded]) -> str:
    """Return the table as it stands in the page."""
    return _HEAD + "\n".join(
        f"| {function} | {row.zipped:,} | {row.unzipped:,} | {row.ratio:.2f} |" for function, row in rows.items()
    )
