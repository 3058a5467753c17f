"""The packages of the template's functions, built once; what was built before and has not changed stays."""

import pytest

from artifacts.build import Build
from artifacts.command import OUTPUT, ROOT
from local.functions.runtime import ArtifactRuntime


@pytest.fixture(scope="session")
def build() -> Build:
    """What builds them."""
    return Build(ROOT, OUTPUT)


@pytest.fixture(scope="session")
def packages_here(build: Build) -> ArtifactRuntime:
    """Runs them, built for this machine."""
    assert list(build.packages("host"))
    build.runtime()
    return ArtifactRuntime.of_build(OUTPUT)
