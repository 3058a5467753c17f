"""How long importing a handler takes in a new environment, next to boto3, which any function imports that calls AWS.

Processor time of a fresh interpreter, which waiting for a busy machine does not lengthen; of several starts the least,
since what disturbs a start makes it longer. As on Lambda, the package's sources are compiled at each start, since none
of them may be written beside it; what the runtime brings is compiled already.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from artifacts.errors import ArtifactError

VARIABLES: Final = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "TRENDS_TABLE": "trends",
    "SCHEDULE": '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]',
}
"""What handlers read while they are imported."""


@dataclass
class ColdImport:
    """The import of one handler from its package, measured in turn with that of boto3."""

    module: str
    package: Path
    """A folder with a package for this machine."""
    runtime: Path
    """A folder with what AWS's runtime brings."""
    ours: list[float] = field(default_factory=list)
    """Processor seconds of the starts that import the handler."""
    boto3s: list[float] = field(default_factory=list)

    def measure(self) -> None:
        """Take one more start of each.

        Raises:
            ArtifactError: the handler can't be imported from its package.
        """
        self.boto3s.append(self._seconds("boto3"))
        self.ours.append(self._seconds(self.module))

    @property
    def ratio(self) -> float:
        """Times the import of boto3: the least of each, or the median of pairs where that is less.

        Where something else computes all the time, a long start never finds the moment without it that a short one
        does; but both of a pair are disturbed alike.
        """
        pairs = (ours / boto3s for ours, boto3s in zip(self.ours, self.boto3s, strict=True))
        return min(min(self.ours) / min(self.boto3s), median(pairs))

    def _seconds(self, module: str) -> float:
        command = [sys.executable, "-P", "-S", "-B", "-c", f"import {module}"]
        path = os.pathsep.join((str(self.package), str(self.runtime)))
        with subprocess.Popen(  # noqa: S603 - this interpreter
            command, env=VARIABLES | {"PYTHONPATH": path}, cwd=self.package, stderr=subprocess.PIPE, text=True
        ) as process:
            errors = process.stderr.read() if process.stderr else ""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            last = errors.strip().rpartition("\n")[2]
            raise ArtifactError(f"{module} can't be imported from {self.package}: {last:.300}")
        return used.ru_utime + used.ru_stime
