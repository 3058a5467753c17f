"""What is packaged is what the template says."""

from pathlib import Path

import pytest

from artifacts.errors import ArtifactError
from artifacts.functions import PackagedFunction, packaged_functions

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters: {{Wanted: {{Type: String, Default: "no"}}}}
Conditions: {{IsWanted: !Equals [!Ref Wanted, "yes"]}}
Globals: {{Function: {{Runtime: python3.13}}}}
Resources:
  Plain:
    Type: AWS::Serverless::Function
    Condition: IsWanted
    Properties: {{Handler: {handler}, CodeUri: .}}
  Other:
    Type: AWS::Serverless::Function
    Properties: {{Handler: shop.handler, CodeUri: ., Runtime: {runtime}, Architectures: [arm64]}}
"""


def template(folder: Path, handler: str = "shop.till.open", runtime: str = "python3.14") -> Path:
    path = folder / "template.yaml"
    path.write_text(TEMPLATE.format(handler=handler, runtime=runtime))
    return path


def test_each_function_has_its_module_python_and_processor(tmp_path: Path) -> None:
    assert packaged_functions(template(tmp_path)) == (
        PackagedFunction("Plain", "shop.till", "3.13", "x86_64"),
        PackagedFunction("Other", "shop", "3.14", "aarch64"),
    )


@pytest.mark.parametrize("what", [{"handler": "shop"}, {"runtime": "nodejs24.x"}])
def test_what_is_no_python_function_is_refused(tmp_path: Path, what: dict[str, str]) -> None:
    with pytest.raises(ArtifactError, match=r"a package is built of a Python function's Handler MODULE\.NAME"):
        packaged_functions(template(tmp_path, **what))


def test_a_template_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match=r"none\.yaml: No such file"):
        packaged_functions(tmp_path / "none.yaml")
