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


def test_the_ratio_is_that_of_the_quickest_starts(imported: ColdImport) -> None:
    imported.measure()
    imported.measure()
    assert len(imported.ours) == len(imported.boto3s) == 2
    assert imported.ratio == min(imported.ours) / min(imported.boto3s) > 1
    assert not list(imported.package.rglob("*.pyc")), "the next start would be quicker than Lambda's"


def test_what_is_installed_here_is_not_found(imported: ColdImport) -> None:
    (imported.package / "handler.py").write_text("import pydantic")
    with pytest.raises(ArtifactError, match=r"handler can't be imported from .*: ModuleNotFoundError: .*pydantic"):
        imported.measure()
