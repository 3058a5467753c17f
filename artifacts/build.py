"""Builds packages: what a handler imports, of the distributions that its lock pins, for a target."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from artifacts.cold_import import ColdImport
from artifacts.contents import Contents, contents, digest
from artifacts.errors import ArtifactError
from artifacts.functions import PackagedFunction, packaged_functions
from artifacts.imports import SourceImports
from artifacts.locks import Locks
from artifacts.target import Target, TargetName, host, lambda_of
from artifacts.wheels import Wheels, files_by_distribution
from artifacts.writing import replace_folder, write_archive, write_folder

LARGEST: Final = 8_000_000
"""Bytes that the archive of a package may have: each cold start downloads and unpacks it."""


@dataclass(frozen=True, slots=True)
class Package:
    """A built package."""

    function: str
    """Logical id."""
    target: TargetName
    files: int
    unzipped: int
    """Bytes of its files."""
    zipped: int
    """Bytes of its archive."""
    sha256: str
    """Of its archive."""
    digest: str
    """Of the places and bytes of its files."""


class Build:
    """Builds packages of a checkout into ``<output>/<target>/<logical id>/`` and ``….zip``."""

    def __init__(self, root: Path, output: Path) -> None:
        """Read the template of the repository at `root`.

        Raises:
            ArtifactError: it can't be read.
        """
        self._root = root
        self._output = output
        self._wheels = Wheels(output / "wheels")
        self._distributions: dict[Target, Mapping[str, Contents]] = {}
        self._functions = {each.logical_id: each for each in packaged_functions(root / "template.yaml")}

    @property
    def functions(self) -> tuple[str, ...]:
        """Logical ids of the template's functions, in its order."""
        return tuple(self._functions)

    def packages(self, target: TargetName, functions: Iterable[str] = ()) -> Iterator[Package]:
        """Build packages for a target and yield each; what is there already, of the same files, stays as it is.

        Args:
            target: what for.
            functions: logical ids; none means all.

        Raises:
            ArtifactError: a package can't be built, or its archive is larger than `LARGEST`.
        """
        for logical_id in functions or self.functions:
            package = self._package(logical_id, target)
            if package.zipped > LARGEST:
                raise ArtifactError(
                    f"the package of {logical_id} for {target} has {package.zipped:,} bytes zipped, more than "
                    f"{LARGEST:,}; see what is large in {self.folder(logical_id, target)}"
                )
            yield package

    def cold_import(self, logical_id: str) -> ColdImport:
        """Return the measurement of a function's import from its package for this machine, which must be built."""
        return ColdImport(self._function(logical_id).module, self.folder(logical_id, "host"), self.runtime())

    def into(self, logical_id: str, folder: Path) -> None:
        """Write a package for Lambda into a folder, as SAM asks for it.

        Raises:
            ArtifactError: it can't be built.
        """
        write_folder(self._contents(logical_id, "lambda"), folder)

    def runtime(self) -> Path:
        """Return ``<output>/runtime``, a folder with what AWS's Python runtime brings itself, for this machine.

        Raises:
            ArtifactError: it can't be made.
        """
        unpacked = self._wheels.unpacked("runtime", [self._locks.runtime], host(), compiled=True)
        link, new = self._output / "runtime", self._output / ".unfinished-runtime"
        new.unlink(missing_ok=True)
        new.symlink_to(unpacked.relative_to(self._output))
        new.replace(link)
        return link

    def folder(self, logical_id: str, target: TargetName) -> Path:
        """Return where a package's files are once it is built."""
        return self._output / target / logical_id

    @cached_property
    def _imports(self) -> SourceImports:
        return SourceImports()

    @cached_property
    def _locks(self) -> Locks:
        return Locks(self._root)

    def _function(self, logical_id: str) -> PackagedFunction:
        if logical_id not in self._functions:
            raise ArtifactError(f"the template has no function {logical_id!r:.60}; it has {', '.join(self.functions)}")
        return self._functions[logical_id]

    def _contents(self, logical_id: str, target: TargetName) -> Contents:
        function = self._function(logical_id)
        imported = self._imports.of(function.module)
        lock = self._locks.fitting(logical_id, imported.others)
        available = self._available(host() if target == "host" else lambda_of(function))
        return contents(imported.files, [available[name] for name in sorted(lock.pinned)])

    def _available(self, target: Target) -> Mapping[str, Contents]:
        if target not in self._distributions:
            folder = self._wheels.unpacked("functions", self._locks.of_functions, target)
            self._distributions[target] = files_by_distribution(folder)
        return self._distributions[target]

    def _package(self, logical_id: str, target: TargetName) -> Package:
        files = self._contents(logical_id, target)
        folder, archive = self.folder(logical_id, target), self._output / target / f"{logical_id}.zip"
        note, found = archive.with_suffix(".json"), digest(files)
        if (known := _noted(note)) and known.digest == found and folder.is_dir() and archive.is_file():
            return known
        note.unlink(missing_ok=True)  # comes last, so that what is interrupted is done again
        replace_folder(files, folder)
        write_archive(files, archive)
        package = Package(
            logical_id,
            target,
            len(files),
            sum(path.stat().st_size for path in files.values()),
            archive.stat().st_size,
            hashlib.sha256(archive.read_bytes()).hexdigest(),
            found,
        )
        note.write_text(json.dumps(asdict(package), indent=2), encoding="utf-8")
        return package


def _noted(note: Path) -> Package | None:
    if not note.is_file():
        return None
    try:
        return Package(**json.loads(note.read_text(encoding="utf-8")))
    except (TypeError, ValueError):
        return None  # another version's, or cut off: the package is built anew
