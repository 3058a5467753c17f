"""An import is measured in an interpreter that knows the package and the runtime and nothing else."""

from pathlib import Path

import pytest

from artifacts.cold_import import ColdImport
from artifacts.errors import ArtifactError


@pytest.fixture
def imported(tmp_path: Path) -> ColdImport:
    """A handler beside something that takes boto3's place."""
    for folder in ("package", "runtime"):
        (tmp_path / folder).mkdir()
    (tmp_path / "package/handler.py").write_text("import boto3\nfor _ in range(3_000_000): pass")
    (tmp_path / "runtime/boto3.py").write_text("import os\nassert 'HOME' not in os.environ")
    return ColdImport("handler", tmp_path / "package", tmp_path / "runtime")


def test_starts_are_measured_in_pairs_and_leave_nothing(imported: ColdImport) -> None:
    imported.measure()
    imported.measure()
    assert len(imported.ours) == len(imported.boto3s) == 2
    assert imported.ratio > 1
    assert not list(imported.package.rglob("*.pyc")), "the next start would be quicker than Lambda's"


@pytest.mark.parametrize(
    ("ours", "boto3s", "ratio"),
    [
        ([1.0, 2.0, 1.0], [0.5, 0.5, 0.25], 4.0),  # the quickest starts, 1.0 and 0.25
        ([2.0, 2.0, 2.0], [0.25, 0.5, 0.5], 4.0),  # no quick one of ours: the median of 8, 4 and 4
    ],
)
def test_the_ratio_is_that_of_the_quickest_starts_or_of_usual_pairs(
    imported: ColdImport, ours: list[float], boto3s: list[float], ratio: float
) -> None:
    imported.ours, imported.boto3s = ours, boto3s
    assert imported.ratio == ratio


def test_what_is_installed_here_is_not_found(imported: ColdImport) -> None:
    (imported.package / "handler.py").write_text("import pydantic")
    with pytest.raises(ArtifactError, match=r"handler can't be imported from .*: ModuleNotFoundError: .*pydantic"):
        imported.measure()
