"""What a handler imports: modules of this repository, and top-level names of everything else.

Read from the source, not by running it, so that a module counts that is imported only when it is used. What is
imported for type checkers alone does not count.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import grimp

from artifacts.errors import ArtifactError

OWN: Final = ("penstock", "consumers", "reporting")
"""The packages of this repository that functions are made of (the order is that of imports)."""


@dataclass(frozen=True, slots=True)
class Imported:
    """All that importing a module can lead to."""

    files: dict[str, Path]
    """Files of this repository, by where they are in a function's package: modules, and what these read beside them."""
    others: frozenset[str]
    """Top-level names of what is neither of this repository nor of Python's library, like ``pydantic``."""


class SourceImports:
    """The imports of the packages of this repository, as they are now."""

    def __init__(self, packages: tuple[str, ...] = OWN) -> None:
        """Read all source files of some packages, which Python can find."""
        self._packages = packages
        self._graph = grimp.build_graph(
            *packages, include_external_packages=True, exclude_type_checking_imports=True, cache_dir=None
        )
        self._folders = {name: _folder(name) for name in packages}
        self._known: dict[str, dict[str, Path]] = {}

    def of(self, module: str) -> Imported:
        """Return what a module leads to, itself and the packages that it lies in among it.

        Raises:
            ArtifactError: there is no such module here.
        """
        found = self._reached(module)
        own = {name for name in found if _top(name) in self._packages}
        files = {place: path for name in own for place, path in self._files(name).items()}
        return Imported(files, frozenset(found - own - sys.stdlib_module_names))

    def _reached(self, module: str) -> set[str]:
        if module not in self._graph.modules or _top(module) not in self._packages:
            raise ArtifactError(f"no module {module} in {', '.join(self._packages)}; a template's Handler names one")
        waiting, found = [module], set[str]()
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if _top(name) in self._packages:
                # Importing a.b.c runs a and a.b first.
                waiting += [
                    *filter(None, [name.rpartition(".")[0]]),
                    *self._graph.find_modules_directly_imported_by(name),
                ]
        return found

    def _files(self, module: str) -> dict[str, Path]:
        if module not in self._known:
            top, *rest = module.split(".")
            path = self._folders[top].joinpath(*rest)
            path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            root = self._folders[top].parent
            self._known[module] = {each.relative_to(root).as_posix(): each for each in (path, *_read_beside(path))}
        return self._known[module]


def _read_beside(path: Path) -> Iterator[Path]:
    """Yield the files in a module's folder that it names as text, such as a style sheet, and that are no modules."""
    for node in ast.walk(ast.parse(path.read_bytes(), str(path))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_name(node.value):
            beside = path.with_name(node.value)
            if beside.suffix != ".py" and beside.is_file():
                yield beside


def _is_name(text: str) -> bool:
    return "." in text and len(text) < 100 and text.replace(".", "").replace("-", "").replace("_", "").isalnum()


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ArtifactError(f"the package {package} is not installed; run `make .venv/installed-local`")
    return Path(spec.origin).parent


def _top(module: str) -> str:
    return module.partition(".")[0]
