"""Packages as lines of text."""

from collections.abc import Iterable

from artifacts.build import Package

_LINE = "{:<20} {:>6} {:>12} {:>12}  {}"


def table_of(packages: Iterable[Package]) -> str:
    """Return a line a package: files, bytes zipped and unzipped, and the archive's SHA-256."""
    lines = [_LINE.format("function", "files", "zipped", "unzipped", "sha256")]
    lines += [
        _LINE.format(each.function, each.files, f"{each.zipped:,}", f"{each.unzipped:,}", each.sha256)
        for each in packages
    ]
    return "\n".join(lines)
