"""What runs a function's code: how the process of an execution environment is started, and what it finds."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, Self

from local.errors import StackError
from local.functions import bootstrap
from local.template.resources import Function

_BOOTSTRAP: Final = str(Path(bootstrap.__file__))


@dataclass(frozen=True, slots=True)
class Launch:
    """A process to start."""

    command: tuple[str, ...]
    folder: Path
    """Where the function's code is, and where the process begins: Lambda's task root."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Besides those of every environment."""
    memory_bytes: int | None = None
    """What it may use before it is killed; None for as much as it likes."""


class Runtime(Protocol):
    """Says how to start a function."""

    def launch(self, function: Function) -> Launch:
        """Return the process that runs a function's invocations.

        Raises:
            StackError: there is nothing to start.
        """


class SourceRuntime:
    """Runs the source where the template says that it is, with this interpreter and all that is installed for it."""

    def launch(self, function: Function) -> Launch:
        """Return a process with the project's own client of the Runtime API."""
        # Unbuffered, so that a line is in the pipe when the invocation is answered; -P, so that the bootstrap's own
        # folder is not searched for modules.
        return Launch((sys.executable, "-u", "-P", _BOOTSTRAP), function.code)


class ArtifactRuntime:
    """Runs built packages, as Lambda does: with AWS's own client of the Runtime API, and held to the memory limit.

    A process finds Python's library, what AWS's runtime brings, and its package; of this machine's Python packages none
    (``-S``). Nothing is compiled to disk (``-B``), since a package is read-only on Lambda: every cold start compiles
    what it imports.
    """

    def __init__(self, packages: Path, runtime: Path) -> None:
        """Run what is there.

        Args:
            packages: A folder with a package for each function, named by its logical id.
            runtime: A folder with what AWS's runtime brings: `awslambdaric`, boto3 and what they need.

        Raises:
            StackError: AWS's client is not there.
        """
        if not (runtime / "awslambdaric").is_dir():
            raise StackError(
                f"AWS's client of the Runtime API is not in {runtime}; run `make build`, on Linux: others have none"
            )
        # A process begins in its package.
        self._packages = packages.absolute()
        self._runtime = runtime.absolute()

    @classmethod
    def of_build(cls, folder: Path) -> Self:
        """Run what `make build` has put into a folder for this machine.

        Raises:
            StackError: it is not there.
        """
        return cls(folder / "host", folder / "runtime")

    def launch(self, function: Function) -> Launch:
        """Return a process with AWS's client."""
        package = self._packages / function.logical_id
        if not package.is_dir():
            raise StackError(f"{function.logical_id} has no package in {self._packages}; run `make build`")
        return Launch(
            (sys.executable, "-u", "-P", "-S", "-B", _BOOTSTRAP),
            package,
            {"LAMBDA_RUNTIME_DIR": str(self._runtime), "PYTHONPATH": str(self._runtime)},
            function.memory_megabytes * 1024 * 1024,
        )
