"""What is built for Lambda and what is tested here are the same but for machine code, small, and load by themselves."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from artifacts.build import LARGEST, Build, Package
from artifacts.cold_import import VARIABLES
from artifacts.command import OUTPUT, ROOT
from artifacts.contents import digest
from artifacts.recorded import GROWTH, recorded
from artifacts.target import TargetName

RECORD = recorded(ROOT / "docs/packages.md")
MOST_STARTS = 12
NATIVE = re.compile(r"\.cpython-\d+-[\w-]+\.so$")
# Imports a handler and prints what was loaded from files.
LOADED = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([module.__file__ for module in sys.modules.values() if getattr(module, "__file__", None)]))
"""


@pytest.fixture(scope="session")
def for_lambda(build: Build) -> dict[str, Package]:
    """The packages that are deployed, by function."""
    return {each.function: each for each in build.packages("lambda")}


def test_the_page_lists_every_function_of_the_template(build: Build) -> None:
    assert tuple(RECORD) == build.functions


def unpacked(target: TargetName, function: str) -> dict[str, bytes]:
    """Return the files of an archive."""
    with zipfile.ZipFile(OUTPUT / target / f"{function}.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def without_machine_code(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return files of which machine code has neither its platform in its name nor its bytes."""
    return {NATIVE.sub(".so", name): b"" if NATIVE.search(name) else found for name, found in files.items()}


@pytest.mark.usefixtures("for_lambda", "packages_here")
@pytest.mark.parametrize("function", RECORD)
def test_both_targets_hold_the_same_files_but_for_machine_code(function: str) -> None:
    deployed, here = unpacked("lambda", function), unpacked("host", function)
    assert without_machine_code(deployed) == without_machine_code(here)
    assert {name.split("-", 1)[1] for name in deployed if NATIVE.search(name)} == {"314-aarch64-linux-gnu.so"}


@pytest.mark.usefixtures("packages_here")
def test_the_folder_that_is_run_is_the_archive(build: Build) -> None:
    folder = build.folder("IngestFunction", "host")
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert files == unpacked("host", "IngestFunction")


def test_what_sam_is_given_is_what_is_measured(build: Build, for_lambda: dict[str, Package], tmp_path: Path) -> None:
    build.into("RollupFunction", tmp_path)
    files = {path.relative_to(tmp_path).as_posix(): path for path in tmp_path.rglob("*") if path.is_file()}
    assert digest(dict(sorted(files.items()))) == for_lambda["RollupFunction"].digest


@pytest.mark.parametrize("function", RECORD)
def test_a_package_is_small_and_not_a_fifth_larger_than_recorded(function: str, for_lambda: dict[str, Package]) -> None:
    package, record = for_lambda[function], RECORD[function]
    assert package.zipped <= min(LARGEST, GROWTH * record.zipped), "see docs/packages.md"
    assert package.unzipped <= GROWTH * record.unzipped, "see docs/packages.md"


@pytest.mark.usefixtures("packages_here")
@pytest.mark.parametrize("function", RECORD)
def test_a_handler_loads_from_its_package_the_runtime_and_pythons_library_alone(function: str, build: Build) -> None:
    imported = build.cold_import(function)
    path = os.pathsep.join((str(imported.package), str(imported.runtime)))
    printed = subprocess.run(
        [sys.executable, "-P", "-S", "-B", "-c", LOADED, imported.module],
        env=VARIABLES | {"PYTHONPATH": path},
        cwd=imported.package,
        capture_output=True,
        check=True,
    ).stdout
    roots = {imported.package.resolve(), imported.runtime.resolve(), Path(os.__file__).resolve().parent}
    loaded = [Path(each).resolve() for each in json.loads(printed)]
    assert [each for each in loaded if not roots & set(each.parents)] == []
    assert imported.package.resolve() / f"{imported.module.replace('.', '/')}.py" in loaded


@pytest.mark.usefixtures("packages_here")
@pytest.mark.parametrize("function", RECORD)
def test_an_import_is_not_a_fifth_longer_than_recorded_next_to_boto3s(function: str, build: Build) -> None:
    imported = build.cold_import(function)
    for _ in range(MOST_STARTS):
        imported.measure()
        if imported.ratio <= GROWTH * RECORD[function].ratio:
            return
    pytest.fail(f"{imported.ratio:.2f} times boto3's import, recorded are {RECORD[function].ratio}: see -X importtime")
