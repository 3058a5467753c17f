"""Which process runs a function: of the source, or of its package."""

import sys
from pathlib import Path

import pytest

from local.errors import StackError
from local.functions.runtime import ArtifactRuntime, SourceRuntime
from local.template.resources import Function


@pytest.fixture
def function(tmp_path: Path) -> Function:
    """A function of half a GB."""
    return Function(
        logical_id="F",
        name="stack-F",
        arn="arn:aws:lambda:us-east-1:123456789012:function:stack-F",
        role_arn="",
        handler="handlers.main",
        runtime="python3.13",
        memory_megabytes=512,
        timeout_seconds=3,
        environment={},
        reserved_concurrency=None,
        log_group="/group",
        log_format="JSON",
        code=tmp_path,
    )


def test_the_source_runs_where_it_lies_with_as_much_memory_as_it_likes(function: Function, tmp_path: Path) -> None:
    launch = SourceRuntime().launch(function)
    assert (launch.folder, launch.memory_bytes, launch.variables) == (tmp_path, None, {})


def test_a_package_runs_with_awss_runtime_within_its_functions_memory(function: Function, tmp_path: Path) -> None:
    for folder in ("host/F", "runtime/awslambdaric"):
        (tmp_path / folder).mkdir(parents=True)
    launch = ArtifactRuntime.of_build(tmp_path).launch(function)
    assert (launch.folder, launch.memory_bytes) == (tmp_path / "host/F", 512 * 2**20)
    assert set(launch.variables.values()) == {str(tmp_path / "runtime")}
    assert launch.command[0] == sys.executable
    assert {"-S", "-P"} <= set(launch.command), "of this machine's packages it would find some"


def test_what_is_not_built_is_named(function: Function, tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"AWS's client of the Runtime API is not in .*runtime; run `make build`"):
        ArtifactRuntime.of_build(tmp_path)
    (tmp_path / "runtime/awslambdaric").mkdir(parents=True)
    with pytest.raises(StackError, match=r"F has no package in .*host; run `make build`"):
        ArtifactRuntime.of_build(tmp_path).launch(function)
