"""What redrive is made of, for a stack that is found by its name."""

from typing import TYPE_CHECKING, Final

from consumers.command.stack import describe
from consumers.command.target import StackTarget
from consumers.redrive.parts import Parts
from consumers.redrive.settings import Settings

if TYPE_CHECKING:
    from boto3.session import Session

_RESOURCES: Final = {
    "EventStream": "STREAM",
    "FailedEventsBucket": "FAILED_EVENTS_BUCKET",
    "PaneLogTable": "LOG_TABLE",
}
_OPTIONAL: Final = {"TrendsTable": "TRENDS_TABLE"}


def find(session: "Session", name: str) -> Settings:
    """Read a stack's settings from CloudFormation.

    Raises:
        StackNotFoundError: there is no such stack, or it lacks something.
        SettingsError: a parameter has a value that this code can't use.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
    """
    return Settings.read(describe(session, name, _RESOURCES, optional=_OPTIONAL))


def open_parts(target: StackTarget) -> Parts:
    """Find the stack and return what redrive is made of there.

    Raises:
        StackNotFoundError, SettingsError: as `find`.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: as `find`.
    """
    session = target.session()
    return Parts(find(session, target.stack), session)
