"""What a package holds: the function's own files, and what Python needs at run time of its distributions."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from artifacts.errors import ArtifactError

Contents = Mapping[str, Path]
"""Files by where they are in a package, with slashes; and where their bytes come from."""

_FOR_TOOLS: Final = {".c", ".h", ".pxd", ".pyi", ".pyx"}
"""For compilers and type checkers."""
_KEPT_OF_METADATA: Final = ("METADATA", "LICEN", "NOTICE", "COPYING", "AUTHORS")
"""How files begin that name a distribution with its version, for scanners, and its licence. Others say how, when and by
what it was installed."""


def contents(own: Contents, distributions: Iterable[Contents]) -> Contents:
    """Return the files of a package, sorted by where they are in it.

    Raises:
        ArtifactError: two of the parts have the same file.
    """
    whole = dict(own)
    for files in distributions:
        used = {place: path for place, path in files.items() if _is_used(PurePosixPath(place))}
        if both := sorted(whole.keys() & used.keys()):
            raise ArtifactError(f"{both[0]} is both {whole[both[0]]} and {used[both[0]]}; leave one of them out")
        whole |= used
    return dict(sorted(whole.items()))


def digest(files: Contents) -> str:
    """Return a hash of places and bytes, which is equal for equal packages."""
    whole = hashlib.sha256()
    for place, path in files.items():
        whole.update(f"{place}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _is_used(place: PurePosixPath) -> bool:
    top = place.parts[0]
    if top.endswith(".dist-info"):
        return place.name.startswith(_KEPT_OF_METADATA)
    bytecode = "__pycache__" in place.parts  # says when and where its source was compiled
    return not (bytecode or top.endswith("-stubs") or place.name == "py.typed" or place.suffix in _FOR_TOOLS)
