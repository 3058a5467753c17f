"""A deployed stack and changes of its parameters alone, each by a change set.

A change set has the stack's own template and all other parameters as they are, so that nothing else changes, and
CloudFormation says beforehand what it will touch (AWS CloudFormation User Guide, "Update CloudFormation stacks using
change sets").
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import ClientError

from consumers.command.stack import StackNotFoundError

if TYPE_CHECKING:
    from boto3.session import Session
    from types_boto3_cloudformation.type_defs import ParameterTypeDef

RELEASE: Final = "Release"
"""The parameter by which a change of parameters alone becomes a new version of the functions (template.yaml)."""
VERSION: Final = "AWS::Lambda::Version"
POLL_SECONDS: Final = 5.0
CHANGE_SET_POLLS: Final = 60
"""A change set of a few functions takes seconds."""


class DeploymentError(Exception):
    """The stack can't be changed, or was not; the message says how things stand."""


@dataclass(frozen=True, slots=True)
class DeployedStack:
    """A stack as it was deployed."""

    name: str
    status: str
    """CloudFormation's, like ``UPDATE_COMPLETE``."""
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    capabilities: tuple[str, ...]
    tags: tuple[dict[str, str], ...]

    @property
    def busy(self) -> bool:
        """Whether it is being changed."""
        return self.status.endswith("_IN_PROGRESS")


class Touched(NamedTuple):
    """What a change set does to one resource."""

    action: str
    resource: str
    kind: str
    replacement: str
    """``True``, ``False`` or ``Conditional``; empty where it is not said."""


class StackChange:
    """Reads one stack and changes its parameters."""

    def __init__(
        self,
        session: "Session",
        name: str,
        *,
        sleep: Callable[[float], None],
        naming: str = "name it by --stack, or --region",
    ) -> None:
        """Ask with the session's credentials, in its region.

        Args:
            session: see above.
            name: the stack's.
            sleep: waits between two questions.
            naming: how a user of the command names another stack.
        """
        self._region = session.region_name
        self._cloudformation = session.client("cloudformation")
        self._name = name
        self._sleep = sleep
        self._naming = naming

    def read(self) -> DeployedStack:
        """Return the stack as it is now.

        Raises:
            StackNotFoundError: there is no such stack.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        try:
            stack, *_ = self._cloudformation.describe_stacks(StackName=self._name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationError":
                raise
            raise StackNotFoundError(
                f"there is no stack {self._name!r:.130} in {self._region}: {self._naming}"
            ) from error
        return DeployedStack(
            self._name,
            stack["StackStatus"],
            {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])},
            {each["OutputKey"]: each.get("OutputValue", "") for each in stack.get("Outputs", [])},
            tuple(map(str, stack.get("Capabilities", []))),
            tuple({"Key": tag["Key"], "Value": tag["Value"]} for tag in stack.get("Tags", [])),
        )

    def resources(self) -> Iterator[tuple[str, str, str]]:
        """Yield each resource's logical id, type and physical id.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        # Not describe_stack_resources, which tells of a hundred at most.
        for page in self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=self._name):
            for each in page["StackResourceSummaries"]:
                yield each.get("LogicalResourceId", ""), each["ResourceType"], each.get("PhysicalResourceId", "")

    def prepare(
        self, deployed: DeployedStack, changed: Mapping[str, str], change_set: str, *, what: str
    ) -> list[Touched]:
        """Make a change set that gives parameters other values, and return what it would touch.

        Where the template knows of releases it also gets another one, by which functions get a new version. `what`
        such a change is, as ``a schedule``, is said where it does harm.

        Raises:
            DeploymentError: it can't be made, or would replace or remove a resource; it is deleted again.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        if RELEASE in deployed.parameters:
            new = " ".join([change_set, *changed.values()])
            changed = {**changed, RELEASE: hashlib.sha256(new.encode()).hexdigest()[:10]}
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
            _check_harmless(touched, what)
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

    def why_failed(self) -> str | None:
        """Return what CloudFormation says of the first resource that the last update could not change, if anything.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        found = None
        # Newest first, so the update's own beginning ends the search.
        for page in self._cloudformation.get_paginator("describe_stack_events").paginate(StackName=self._name):
            for event in page["StackEvents"]:
                status = str(event.get("ResourceStatus", ""))
                if event.get("PhysicalResourceId") == event.get("StackId") and status == "UPDATE_IN_PROGRESS":
                    return found
                if status.endswith("_FAILED"):
                    reason = event.get("ResourceStatusReason", "no reason was given")
                    found = f"{event.get('LogicalResourceId')}: {reason}"
        return found

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


def _check_harmless(touched: list[Touched], what: str) -> None:
    harmed = [
        f"{each.action} {each.resource}"
        for each in touched
        # A version is never changed: a new one comes, and the one before it leaves the stack, not Lambda.
        if each.kind != VERSION and (each.replacement == "True" or each.action not in ("Modify", "Dynamic"))
    ]
    if harmed:
        raise DeploymentError(
            f"the change would replace or remove something, which {what} must not ({', '.join(harmed)}); nothing"
            " was changed: deploy the template instead, and look at what it changes"
        )
