"""A function's package holds what the function imports, and nothing more."""

import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from artifacts.imports import SourceImports
from artifacts.locks import Locks

ROOT = Path(__file__).parents[2]
FUNCTIONS = {
    "archive": "consumers.archive.handler",
    "ingest": "consumers.ingest.handler",
    "redrive": "consumers.redrive.handler",
    "rollup": "consumers.rollup.handler",
    "sweep": "consumers.sweep.handler",
    "views": "consumers.views.handler",
    "alerts": "consumers.alerts.handler",
    "reporting": "reporting.handler",
}
# What AWS's Python runtime brings itself.
RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"}
# Loaded where they happen to be installed: by botocore, which does without, and by every start of Python.
INCIDENTAL = {"certifi", "setuptools"}
SCHEDULE = '[{"from":"1970-01-01T00:00:00Z","seconds":10,"groups":8,"buckets":4}]'
ENVIRONMENT = {"TRENDS_TABLE": "trends", "SCHEDULE": SCHEDULE, "AWS_DEFAULT_REGION": "us-east-1"}

# Prints which distributions the modules come from that importing a handler loads.
LOADED = """
import importlib, importlib.metadata, json, sys
importlib.import_module(sys.argv[1])
distributions = importlib.metadata.packages_distributions()
tops = {name.partition(".")[0] for name in sys.modules}
print(json.dumps(sorted({each for top in tops for each in distributions.get(top, [])})))
"""


@cache
def source() -> tuple[SourceImports, Locks]:
    return SourceImports(), Locks(ROOT)


def locked(function: str) -> set[str]:
    """Return the distributions of the lock that the build chooses for a function."""
    imports, locks = source()
    path = locks.fitting(function, imports.of(FUNCTIONS[function]).others).path
    return set(re.findall(r"^([\w.-]+)==", path.read_text(), re.MULTILINE))


def loads(function: str, variables: dict[str, str]) -> set[str]:
    """Return the distributions that importing a function's handler loads."""
    command = [sys.executable, "-c", LOADED, FUNCTIONS[function]]
    environment = os.environ | ENVIRONMENT | variables
    printed = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout
    return {name.lower().replace("_", "-") for name in json.loads(printed)}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_tracer_is_imported_only_where_calls_are_traced(function: str) -> None:
    assert not {"aws-xray-sdk", "wrapt"} & loads(function, {"TRACE_CALLS": "false", "LAMBDA_TASK_ROOT": "/var/task"})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_lock_of_a_function_is_what_its_handler_imports(function: str) -> None:
    # Lambda's variable, without which nothing is traced.
    loaded = loads(function, {"TRACE_CALLS": "true", "LAMBDA_TASK_ROOT": "/var/task"})
    ours = {"penstock", "penstock-pipeline"}
    of_runtime = {name for name in loaded if name.removeprefix("python-") in RUNTIME}
    assert loaded - ours - of_runtime - INCIDENTAL <= locked(function), "imported, but not in the package"
    assert locked(function) - {"jmespath"} <= loaded, "in the package, but not imported"


def test_functions_have_the_versions_that_the_tests_run_with() -> None:
    versions = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements/test.txt").read_text(), re.MULTILINE))
    for name in ("archive", "ingest", "rollup", "reporting", "local"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert {each: versions[each] for each, _ in re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE)} == dict(
            re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE)
        )
