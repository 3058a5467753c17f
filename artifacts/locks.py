"""Which locked distributions a function's package holds: the lock of just what its handler imports."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from artifacts.errors import ArtifactError

RUNTIME: Final = "runtime"
"""The group of what AWS's Python runtime brings itself, boto3 among it, and packages do without."""

_PINNED: Final = re.compile(r"^([\w.-]+)==", re.MULTILINE)


@dataclass(frozen=True)
class Lock:
    """A locked set: a group of ``pyproject.toml``, and the file in ``requirements/`` that pins all that it needs."""

    group: str
    path: Path
    asked: frozenset[str]
    """The distributions that the group names."""

    @cached_property
    def pinned(self) -> frozenset[str]:
        """The distributions that the file pins."""
        return frozenset(canonicalize_name(name) for name in _PINNED.findall(self.path.read_text(encoding="utf-8")))


class Locks:
    """The locked sets of the functions, which are those that the group ``local`` includes, and of the runtime."""

    def __init__(self, root: Path) -> None:
        """Read them from the repository's root."""
        groups = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
        self.runtime = _lock(root, RUNTIME, groups)
        self.of_functions = tuple(_lock(root, group, groups) for group in _included(groups["local"]))

    def fitting(self, function: str, modules: Iterable[str]) -> Lock:
        """Return the lock that holds what is imported, and nothing that is not.

        Args:
            function: whose package it is for.
            modules: top-level names of what is imported.

        Raises:
            ArtifactError: no group fits.
        """
        imported = {name for module in modules for name in _distributions(module)} - self.runtime.pinned
        for lock in self.of_functions:
            if lock.asked <= imported <= lock.pinned:
                return lock
        raise ArtifactError(
            f"{function} imports {', '.join(sorted(imported)) or 'nothing'}, and no group of pyproject.toml is just "
            "that; add one, include it in `local`, name it in the Makefile's target `lock`, and run `make lock`"
        )


def _included(group: list[Any]) -> list[str]:
    return [entry["include-group"] for entry in group if isinstance(entry, dict)]


def _lock(root: Path, group: str, groups: dict[str, list[Any]]) -> Lock:
    asked = frozenset(canonicalize_name(Requirement(each).name) for each in groups[group])
    return Lock(group, root / "requirements" / f"{group}.txt", asked)


@cache
def _installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def _distributions(module: str) -> set[str]:
    names = _installed().get(module)
    if not names:
        raise ArtifactError(
            f"{module} is imported, and no installed distribution has it; run `make .venv/installed-local`"
        )
    return {canonicalize_name(name) for name in names}
