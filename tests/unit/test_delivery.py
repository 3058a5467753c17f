"""Stages are what the template takes; workflows have the rights they need, and run nothing that may change."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.template.translation import Template
from tests.policy_scan.templates import resolved_templates
from tests.unit.translated_template import PATH, listed

ROOT = PATH.parent
STAGES = ("dev", "staging", "prod")
SAM = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
DEPLOYS = yaml.safe_load((ROOT / ".github/workflows/deploy-stage.yml").read_text(encoding="utf-8"))


def deploy_of(stage: str) -> dict[str, Any]:
    """Return how a stage is deployed."""
    found: dict[str, Any] = SAM[stage]["deploy"]["parameters"]
    return found


def parameters_of(stage: str) -> dict[str, str]:
    """Return a stage's parameters of the template."""
    return dict(each.split("=", 1) for each in deploy_of(stage)["parameter_overrides"])


def workflow(path: Path) -> dict[str, Any]:
    """Return a workflow as YAML has it."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("stage", STAGES)
def test_the_template_takes_the_parameters_of_a_stage(stage: str) -> None:
    Template(PATH, parameters_of(stage))
    # Without one a deploy of parameters alone reaches no function; the workflow puts the time in its place.
    assert parameters_of(stage)["Release"] == "0000000000"


def test_each_stage_is_a_stack_of_its_own() -> None:
    assert {stage: deploy_of(stage)["stack_name"] for stage in STAGES} == {each: f"penstock-{each}" for each in STAGES}


def test_staging_differs_from_prod_in_nothing_that_could_go_wrong() -> None:
    assert parameters_of("staging") == {**parameters_of("prod"), "DeletionProtection": "false"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_reads_unless_it_says_more(path: Path) -> None:
    found = workflow(path)
    assert found["permissions"] == {"contents": "read"}
    for job in found["jobs"].values():
        assert set(job.get("permissions", {}).items()) <= {("contents", "read"), ("id-token", "write")}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_named_by_its_commit_and_says_which_version_that_is(path: Path) -> None:
    for used in re.findall(r"uses: (.+)", path.read_text(encoding="utf-8")):
        assert re.match(r"\./|[\w-]+/[\w-]+@[0-9a-f]{40} # v\d", used), used


def test_deploys_have_no_stored_key_and_wait_for_the_stages_approval() -> None:
    job = DEPLOYS["jobs"]["deploy"]
    assert job["environment"] == "${{ inputs.stage }}"
    (credentials,) = [each["with"] for each in job["steps"] if "configure-aws-credentials" in each.get("uses", "")]
    assert credentials["role-to-assume"] == "${{ vars.DEPLOY_ROLE }}"
    assert not [name for name in credentials if "key" in name]
    assert "secrets." not in str(DEPLOYS)


def test_a_probe_follows_a_deploy_and_going_back_follows_a_probe_that_fails() -> None:
    steps = {each.get("name"): each for each in DEPLOYS["jobs"]["deploy"]["steps"]}
    names = [name for name in steps if name]
    assert names == [
        "Remember what is deployed",
        "Deploy",
        "Send an event and ask for it",
        "Go back to what was deployed",
    ]
    assert "sam deploy --config-env" in steps["Deploy"]["run"]
    assert "python -m load probe --stack" in steps["Send an event and ask for it"]["run"]
    condition = steps["Go back to what was deployed"]["if"]
    assert condition == "failure() && steps.probe.outcome == 'failure' && steps.before.outputs.deployed == 'true'"


def test_what_deploys_can_not_change_its_own_rights() -> None:
    resources = resolved_templates()["github-deploys"]["Resources"]
    (statement,) = resources["OwnRights"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Deny", "iam:*")
    assert statement["Resource"] == ["<CloudFormationRole>", "<DeployRole>"]
    assert resources["OwnRights"]["Properties"]["RoleName"] == "<CloudFormationRole>"
    (deploy,) = resources["DeployRole"]["Properties"]["Policies"]
    granted = {action for each in deploy["PolicyDocument"]["Statement"] for action in listed(each["Action"])}
    assert {each for each in granted if each.startswith("iam:")} == {"iam:PassRole"}
    assert not [each for each in granted if "*" in each]


def test_only_one_environment_of_one_repository_may_deploy() -> None:
    text = (ROOT / "delivery/github-deploys.yaml").read_text(encoding="utf-8")
    assert "token.actions.githubusercontent.com:sub: !Sub repo:${Repository}:environment:${Stage}" in text
    assert "token.actions.githubusercontent.com:aud: sts.amazonaws.com" in text
