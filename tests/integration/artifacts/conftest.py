"""The packages of the template's functions, built once; what was built before and has not changed stays."""

import sys
from pathlib import Path

import pytest

from artifacts.build import Build
from artifacts.command import OUTPUT, ROOT
from local.functions.runtime import ArtifactRuntime


@pytest.fixture(scope="session")
def build() -> Build:
    """What builds them."""
    return Build(ROOT, OUTPUT)


@pytest.fixture(scope="session")
def runtime_here(build: Build) -> Path:
    """A folder with what AWS's runtime brings."""
    if sys.platform != "linux":
        pytest.skip("AWS has its client of the Runtime API for Linux alone")
    return build.runtime()


@pytest.fixture(scope="session")
def packages_here(build: Build, runtime_here: Path) -> ArtifactRuntime:
    """Runs the packages that are built for this machine."""
    for package in build.packages("host"):
        assert package.files
    return ArtifactRuntime(OUTPUT / "host", runtime_here)
