"""What a package holds of this repository is what its handler can come to import, found in the source."""

from pathlib import Path

import pytest

from artifacts.errors import ArtifactError
from artifacts.imports import Imported, SourceImports

SHOP = {
    "__init__.py": "",
    "handler.py": "import json\nimport boto3\nfrom shop.till import till\ndef late():\n    from shop import cellar",
    "cellar.py": "from pathlib import Path\nLABEL = Path(__file__).with_name('label.css')",
    "label.css": "p {}",
    "other.css": "q {}",
    "till/__init__.py": "import shop.till.drawer",
    "till/till.py": (
        "from typing import TYPE_CHECKING\nfrom . import drawer\n"
        "if TYPE_CHECKING:\n    import shop.advertising\n    import mypy\n"
    ),
    "till/drawer.py": "try:\n    import pybase64\nexcept ImportError:\n    pass\nNAME = 'no.such.file'",
    "advertising.py": "import werkzeug",
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SourceImports:
    """A small package of its own."""
    for place, text in SHOP.items():
        path = tmp_path / "shop" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    return SourceImports(("shop",))


@pytest.fixture
def imported(shop: SourceImports) -> Imported:
    """What its handler leads to."""
    return shop.of("shop.handler")


def test_modules_count_with_the_packages_that_they_lie_in(imported: Imported) -> None:
    assert {place for place in imported.files if place.endswith(".py")} == {
        "shop/__init__.py",
        "shop/cellar.py",
        "shop/handler.py",
        "shop/till/__init__.py",
        "shop/till/drawer.py",
        "shop/till/till.py",
    }
    assert imported.files["shop/handler.py"].read_text() == SHOP["handler.py"]


def test_a_file_that_a_module_names_beside_itself_comes_along_and_no_other(imported: Imported) -> None:
    assert {place for place in imported.files if not place.endswith(".py")} == {"shop/label.css"}


def test_others_are_what_neither_the_repository_nor_python_has(imported: Imported) -> None:
    assert imported.others == {"boto3", "pybase64"}


def test_a_module_that_is_not_there_is_named(shop: SourceImports) -> None:
    with pytest.raises(ArtifactError, match=r"no module shop\.counter in shop"):
        shop.of("shop.counter")
    with pytest.raises(ArtifactError, match="no module boto3"):
        shop.of("boto3")
