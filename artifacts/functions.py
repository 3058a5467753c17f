"""What the template says of the functions that are packaged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from artifacts.errors import ArtifactError
from local.errors import StackError
from local.template.translation import Template

_PROCESSORS: Final = {"arm64": "aarch64", "x86_64": "x86_64"}
"""What Python's packages call the processors that Lambda offers."""


@dataclass(frozen=True, slots=True)
class PackagedFunction:
    """A function of the template, as far as its package depends on it."""

    logical_id: str
    module: str
    """The module with its handler, like ``consumers.ingest.handler``."""
    python: str
    """The version of its runtime, like ``3.14``."""
    processor: str
    """``aarch64`` or ``x86_64``."""


def packaged_functions(template: Path) -> tuple[PackagedFunction, ...]:
    """Return the functions of a SAM template, in its order, those of parts that a parameter switches off too.

    Raises:
        ArtifactError: the template can't be read, or says of a function what can't be packaged.
    """
    try:
        resources = Template(template).translated["Resources"]
    except StackError as error:
        raise ArtifactError(str(error)) from error
    return tuple(
        _function(logical_id, resource["Properties"])
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    )


def _function(logical_id: str, properties: dict[str, Any]) -> PackagedFunction:
    module, dot, _ = str(properties["Handler"]).rpartition(".")
    runtime = str(properties["Runtime"])
    architecture = properties.get("Architectures", ["x86_64"])[0]
    if not dot or not runtime.startswith("python") or architecture not in _PROCESSORS:
        raise ArtifactError(
            f"{logical_id}: a package is built of a Python function's Handler MODULE.NAME, and not of "
            f"{properties['Handler']!r} for {runtime} on {architecture}"
        )
    return PackagedFunction(logical_id, module, runtime.removeprefix("python"), _PROCESSORS[architecture])
