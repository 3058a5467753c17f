"""What a package is built for: the template's machine, or this one."""

import hashlib
import platform
import sys
import sysconfig
from dataclasses import dataclass
from typing import Literal

from artifacts.functions import PackagedFunction

TargetName = Literal["lambda", "host"]


@dataclass(frozen=True, slots=True)
class Target:
    """A Python on a kind of machine."""

    name: TargetName
    python: str
    """Like ``3.14``."""
    machine: str
    """Like ``aarch64``."""
    choice: tuple[str, ...]
    """pip's options that choose wheels; none chooses those of this interpreter."""

    @property
    def key(self) -> str:
        """Names all that wheels depend on besides their lock."""
        text = " ".join((self.name, self.python, self.machine, sysconfig.get_platform(), *self.choice))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def lambda_of(function: PackagedFunction) -> Target:
    """Return what the template says that a function runs on: Amazon Linux 2023, which has glibc 2.34."""
    platforms = (f"manylinux_2_28_{function.processor}", f"manylinux2014_{function.processor}")
    choice = [option for each in platforms for option in ("--platform", each)]
    choice += ["--implementation", "cp", "--python-version", function.python]
    return Target("lambda", function.python, function.processor, tuple(choice))


def host() -> Target:
    """Return this interpreter and machine."""
    return Target("host", f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine(), ())
