"""What ``import penstock`` gives, and what it does not load."""

import subprocess
import sys

import pytest

import penstock


def test_every_exported_name_is_there() -> None:
    for name in penstock.__all__:
        assert getattr(penstock, name) is not None
    assert set(penstock.__all__) <= set(dir(penstock))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Consumer"):
        _ = penstock.Consumer


@pytest.mark.parametrize("module", ["penstock", "penstock.hash_keys", "consumers.schedule"])
def test_what_needs_no_producer_loads_neither_boto3_nor_pydantic(module: str) -> None:
    code = f"import sys, {module}; sys.exit(bool({{'boto3', 'botocore', 'pydantic'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
