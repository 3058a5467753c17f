"""What a deployed stack is made of, found by its name."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from boto3.session import Session

PARAMETERS: Final = {
    "DedupDays": "DEDUP_DAYS",
    "StreamRetentionHours": "STREAM_RETENTION_HOURS",
    "Schedule": "SCHEDULE",
}
"""Parameters of `template.yaml` that all parts must agree on, and the variables that the functions know them by."""

OPTIONAL_PARAMETERS: Final = {"DataKeyArn": "DATA_KEY"}
"""Parameters that may be empty, and are left out then."""

REBUILT: Final = "RebuiltTables"
"""The parameter that names the tables which are used instead of the stack's own."""
_REBUILT_TABLES: Final = {"LOG_TABLE": "log", "TRENDS_TABLE": "trends"}


class StackNotFoundError(Exception):
    """There is no such stack, or it is none of Penstock's."""


def describe(
    session: "Session", name: str, resources: Mapping[str, str], *, optional: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return, by variable, `resources`, `PARAMETERS` and `OPTIONAL_PARAMETERS` as the stack was deployed with them.

    Args:
        session: credentials and region.
        name: the stack's.
        resources: logical ids in `template.yaml`, and the variables that the functions know them by.
        optional: more of them, which a stack may do without; they are left out then.

    Raises:
        StackNotFoundError: there is no such stack, or it lacks something.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
    """
    cloudformation = session.client("cloudformation")
    try:
        stack, *_ = cloudformation.describe_stacks(StackName=name)["Stacks"]
        # Not describe_stack_resources, which tells of a hundred at most.
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
        listed = [each for page in pages for each in page["StackResourceSummaries"]]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        region = session.region_name
        raise StackNotFoundError(
            f"there is no stack {name!r:.130} in {region}: name it by --stack, or --region"
        ) from error
    wanted = {**resources, **(optional or {})}
    given = {each.get("ParameterKey"): each.get("ParameterValue", "") for each in stack.get("Parameters", [])}
    found = {
        wanted[each["LogicalResourceId"]]: each.get("PhysicalResourceId", "")
        for each in listed
        if each.get("LogicalResourceId") in wanted  # moto lists what it could not make without a name
    } | {variable: given[name] for name, variable in PARAMETERS.items() if name in given}
    found |= {variable: value for name, variable in OPTIONAL_PARAMETERS.items() if (value := given.get(name))}
    if rebuilt := given.get(REBUILT):
        found |= {each: f"{rebuilt}-{half}" for each, half in _REBUILT_TABLES.items() if each in found}
    missing = [name for names in (resources, PARAMETERS) for name, variable in names.items() if not found.get(variable)]
    if missing:
        raise StackNotFoundError(f"the stack {name!r:.130} is none of Penstock's: it has no {', '.join(missing)}")
    return found
