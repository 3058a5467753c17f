"""Unpacks the wheels of locks, of the versions and hashes that they pin, once for each set of locks and target."""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from typing import Final

from packaging.utils import canonicalize_name

from artifacts.errors import ArtifactError
from artifacts.locks import Lock
from artifacts.target import Target

_ENTRY: Final = re.compile(r"^\S.*\n(?:[ \t]+.*\n)*", re.MULTILINE)
"""A requirement of a lock, with the lines of its hashes and of who asks for it."""


class Wheels:
    """Folders as pip fills them, kept from build to build."""

    def __init__(self, folder: Path) -> None:
        """Keep them in a folder, which need not exist."""
        self._folder = folder

    def unpacked(self, name: str, locks: Iterable[Lock], target: Target, *, compiled: bool = False) -> Path:
        """Return a folder with all that some locks pin, one pip run for all of them, unless it is there already.

        Args:
            name: What to call the set.
            locks: What to install.
            target: What for. Only wheels will do: building from source needs the target's own machine.
            compiled: Whether the sources are compiled too, for this interpreter.

        Raises:
            ArtifactError: pip fails.
        """
        pins = sorted({entry for lock in locks for entry in _ENTRY.findall(lock.path.read_text(encoding="utf-8"))})
        wanted = "".join(pins)
        key = hashlib.sha256(f"{target.key}\n{wanted}".encode()).hexdigest()[:16]
        folder = self._folder / f"{name}-{target.name}-{key}"
        if folder.is_dir():
            return folder
        self._folder.mkdir(parents=True, exist_ok=True)
        # Not under its name until it is whole, so that what is interrupted is done again.
        unfinished = Path(mkdtemp(dir=self._folder, prefix=".unfinished-"))
        try:
            _install(wanted, target, unfinished, compiled=compiled)
            for older in self._folder.glob(f"{name}-{target.name}-*"):
                shutil.rmtree(older)
            unfinished.rename(folder)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return folder


def files_by_distribution(folder: Path) -> Mapping[str, Mapping[str, Path]]:
    """Return the files of each distribution that pip put into a folder, by name, then by where they are in it."""
    return {
        canonicalize_name(each.name): {
            place.as_posix(): folder / place
            for place in map(PurePosixPath, each.files or ())
            if ".." not in place.parts  # a program, which pip names as it lies in an environment
        }
        for each in distributions(path=[str(folder)])
    }


def _install(wanted: str, target: Target, folder: Path, *, compiled: bool) -> None:
    pins = folder.with_name(f"{folder.name}.txt")
    pins.write_text(wanted, encoding="utf-8")
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:"]
    options += ["--compile" if compiled else "--no-compile", "--target", str(folder), *target.choice]
    command = [sys.executable, "-m", "pip", "install", *options, "-r", str(pins)]
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 - pip
    finally:
        pins.unlink()
    if done.returncode:
        reason = " ".join(done.stderr.split())[-600:]
        raise ArtifactError(f"pip can't install wheels for {target.name} ({target.machine}, {target.python}): {reason}")
