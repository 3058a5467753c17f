"""What a deployed stack is made of, found by its name."""

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from consumers.redrive.settings import Settings

if TYPE_CHECKING:
    from boto3.session import Session

_RESOURCES: Final = {
    "EventStream": "STREAM",
    "FailedEventsBucket": "FAILED_EVENTS_BUCKET",
    "PaneLogTable": "LOG_TABLE",
}
"""Logical ids in `template.yaml`, and the variables that the functions know them by."""
_PARAMETERS: Final = {
    "DedupDays": "DEDUP_DAYS",
    "StreamRetentionHours": "STREAM_RETENTION_HOURS",
    "Schedule": "SCHEDULE",
}


class StackNotFoundError(Exception):
    """There is no such stack, or it is none of Penstock's."""


def find(session: "Session", name: str) -> Settings:
    """Read a stack's settings from CloudFormation, which has those it was deployed with.

    Raises:
        StackNotFoundError: there is no such stack, or it lacks something.
        SettingsError: a parameter has a value that this code can't use.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
    """
    cloudformation = session.client("cloudformation")
    try:
        stack, *_ = cloudformation.describe_stacks(StackName=name)["Stacks"]
        resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        region = session.region_name
        raise StackNotFoundError(
            f"there is no stack {name!r:.130} in {region}: name it by --stack, or --region"
        ) from error
    found = {
        _RESOURCES[each["LogicalResourceId"]]: each.get("PhysicalResourceId", "")
        for each in resources
        if each.get("LogicalResourceId") in _RESOURCES  # moto lists what it could not make without a name
    } | {
        _PARAMETERS[each["ParameterKey"]]: each.get("ParameterValue", "")
        for each in stack.get("Parameters", [])
        if each.get("ParameterKey") in _PARAMETERS
    }
    missing = [
        name for names in (_RESOURCES, _PARAMETERS) for name, variable in names.items() if not found.get(variable)
    ]
    if missing:
        raise StackNotFoundError(f"the stack {name!r:.130} is none of Penstock's: it has no {', '.join(missing)}")
    return Settings.read(found)
