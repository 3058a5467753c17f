"""The schedule of a deployed stack: reading it, changing it alone, and telling which functions have it.

A change goes through a change set with the stack's own template and all other parameters as they are, so that nothing
but the schedule changes and CloudFormation says beforehand what it will touch (AWS CloudFormation User Guide, "Update
CloudFormation stacks using change sets").
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.command.stack import StackNotFoundError

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_cloudformation.type_defs import ParameterTypeDef

PARAMETER: Final = "Schedule"
RELEASE: Final = "Release"
"""The parameter by which a change of parameters alone becomes a new version of the functions (template.yaml)."""
LIVE: Final = "live"
"""The alias by which functions are invoked."""
VERSION: Final = "AWS::Lambda::Version"
VARIABLE: Final = "SCHEDULE"
POLL_SECONDS: Final = 5.0
CHANGE_SET_POLLS: Final = 60
"""A change set of a few functions takes seconds."""


class DeploymentError(Exception):
    """The stack can't be changed, or was not; the message says how things stand."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A stack as it was deployed."""

    name: str
    status: str
    """CloudFormation's, like ``UPDATE_COMPLETE``."""
    schedule: str
    parameters: tuple[str, ...]
    """Names of all parameters."""
    capabilities: tuple[str, ...]
    tags: tuple[dict[str, str], ...]


class Touched(NamedTuple):
    """What a change set does to one resource."""

    action: str
    resource: str
    kind: str
    replacement: str
    """``True``, ``False`` or ``Conditional``; empty where it is not said."""


class DeployedSchedule:
    """Reads and changes the schedule of one stack."""

    def __init__(self, session: "Session", name: str, *, sleep: Callable[[float], None]) -> None:
        """Ask with the session's credentials, in its region; `sleep` waits between two questions."""
        self._region = session.region_name
        self._cloudformation = session.client("cloudformation")
        self._functions: Any = session.client("lambda")
        self._name = name
        self._sleep = sleep

    def read(self) -> Deployed:
        """Return the stack as it is now.

        Raises:
            StackNotFoundError: there is no such stack, or it has no schedule.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        try:
            stack, *_ = self._cloudformation.describe_stacks(StackName=self._name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise StackNotFoundError(
                f"there is no stack {self._name!r:.130} in {self._region}: name it by --stack, or --region"
            ) from error
        parameters = {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])}
        if not parameters.get(PARAMETER):
            raise StackNotFoundError(f"the stack {self._name!r:.130} is none of Penstock's: it has no {PARAMETER}")
        return Deployed(
            self._name,
            stack["StackStatus"],
            parameters[PARAMETER],
            tuple(parameters),
            tuple(map(str, stack.get("Capabilities", []))),
            tuple({"Key": tag["Key"], "Value": tag["Value"]} for tag in stack.get("Tags", [])),
        )

    def without(self, schedule: str) -> dict[str, str]:
        """Return which of the stack's functions do not run with `schedule`, and why not.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: AWS can't be asked.
        """
        found = {}
        for function in self._function_names():
            configuration = self._configuration(function)
            variables = configuration.get("Environment", {}).get("Variables", {})
            state = configuration.get("LastUpdateStatus", "Successful")
            if VARIABLE not in variables:
                continue  # it needs none
            if variables[VARIABLE] != schedule:
                found[function] = "has another schedule"
            elif state != "Successful":
                found[function] = f"its last update is {state}"
        return found

    def prepare(self, deployed: Deployed, schedule: str, change_set: str) -> list[Touched]:
        """Make a change set that gives the stack another schedule, and return what it would touch.

        Raises:
            DeploymentError: it can't be made, or would replace or remove a resource; it is deleted again.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        changed = {PARAMETER: schedule}
        if RELEASE in deployed.parameters:
            changed[RELEASE] = hashlib.sha256(f"{change_set} {schedule}".encode()).hexdigest()[:10]
        parameters: list[ParameterTypeDef] = [
            {"ParameterKey": each, "ParameterValue": changed[each]}
            if each in changed
            else {"ParameterKey": each, "UsePreviousValue": True}
            for each in deployed.parameters
        ]
        self._cloudformation.create_change_set(
            StackName=self._name,
            ChangeSetName=change_set,
            ChangeSetType="UPDATE",
            UsePreviousTemplate=True,
            Parameters=parameters,
            # As the stack was deployed with; a transform, as AWS SAM's, needs the last one.
            Capabilities=list({*deployed.capabilities, "CAPABILITY_AUTO_EXPAND"}),  # type: ignore[arg-type]  # literals
            Tags=list(deployed.tags),  # type: ignore[arg-type]  # TypedDicts
        )
        try:
            touched = list(self._touched(change_set))
            _check_harmless(touched)
        except BaseException:
            self.discard(change_set)
            raise
        return touched

    def discard(self, change_set: str) -> None:
        """Delete a change set that is not carried out; one that can't be deleted now does no harm."""
        with suppress(ClientError):
            self._cloudformation.delete_change_set(StackName=self._name, ChangeSetName=change_set)

    def execute(self, change_set: str) -> None:
        """Carry a change set out; it goes on by itself.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it was not begun, or nobody knows.
        """
        self._cloudformation.execute_change_set(StackName=self._name, ChangeSetName=change_set)

    def wait(self, schedule: str, too_late: Callable[[], bool]) -> None:
        """Wait until the stack is updated and each function runs with `schedule`.

        Raises:
            DeploymentError: the update failed, a function lacks it all the same, or it has become too late.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: AWS can't be asked.
        """
        while True:
            deployed = self.read()
            if not is_busy(deployed):
                break
            if too_late():
                raise DeploymentError(
                    f"the stack is still {deployed.status}, and functions without the entry would soon meet its"
                    " events: cancel the update, or see to it that it ends"
                )
            self._sleep(POLL_SECONDS)
        if deployed.status != "UPDATE_COMPLETE" or deployed.schedule != schedule:
            raise DeploymentError(
                f"the update failed: the stack is {deployed.status}, with the schedule {deployed.schedule}"
            )
        if lacking := self.without(schedule):
            raise DeploymentError(f"the stack is {deployed.status}, but {why(lacking)}")

    def _touched(self, change_set: str) -> Iterator[Touched]:
        for _ in range(CHANGE_SET_POLLS):
            answer = self._cloudformation.describe_change_set(StackName=self._name, ChangeSetName=change_set)
            if answer["Status"] in ("CREATE_COMPLETE", "FAILED"):
                break
            self._sleep(POLL_SECONDS)
        if answer["Status"] != "CREATE_COMPLETE":
            reason = answer.get("StatusReason", "no reason was given")
            raise DeploymentError(f"the change set is {answer['Status']}: {reason}; nothing was changed")
        while True:
            for change in answer.get("Changes", []):
                resource = change.get("ResourceChange", {})
                yield Touched(
                    resource.get("Action", ""),
                    resource.get("LogicalResourceId", ""),
                    resource.get("ResourceType", ""),
                    resource.get("Replacement", ""),
                )
            if not answer.get("NextToken"):
                return
            answer = self._cloudformation.describe_change_set(
                StackName=self._name, ChangeSetName=change_set, NextToken=answer["NextToken"]
            )

    def _configuration(self, function: str) -> Any:  # noqa: ANN401 - the answer of a client without stubs
        """Return what the function is invoked with; what it has itself where it has no version yet."""
        try:
            return self._functions.get_function_configuration(FunctionName=function, Qualifier=LIVE)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return self._functions.get_function_configuration(FunctionName=function)

    def _function_names(self) -> Iterator[str]:
        for page in self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self._name):
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceType"] == "AWS::Lambda::Function":
                    yield resource["PhysicalResourceId"]


def is_busy(deployed: Deployed) -> bool:
    """Tell whether the stack is being changed."""
    return deployed.status.endswith("_IN_PROGRESS")


def why(lacking: dict[str, str]) -> str:
    """Return in words what `DeployedSchedule.without` found."""
    return "; ".join(f"{function}: {reason}" for function, reason in lacking.items())


def _check_harmless(touched: list[Touched]) -> None:
    harmed = [
        f"{each.action} {each.resource}"
        for each in touched
        # A version is never changed: a new one comes, and the one before it leaves the stack, not Lambda.
        if each.kind != VERSION and (each.replacement == "True" or each.action not in ("Modify", "Dynamic"))
    ]
    if harmed:
        raise DeploymentError(
            f"the change would replace or remove something, which a schedule must not ({', '.join(harmed)}); nothing"
            " was changed: deploy the template instead, and look at what it changes"
        )
