"""The settings of a rebuild, from a stack that is found by its name."""

from typing import TYPE_CHECKING, Final

import click

from consumers.command.stack import describe
from consumers.ingest.settings import Settings as IngestSettings
from consumers.rebuild.parts import Settings
from consumers.rebuild.tables import Names
from consumers.rollup.settings import RollupSettings

if TYPE_CHECKING:
    from boto3.session import Session

_RESOURCES: Final = {
    "FailedEventsBucket": "FAILED_EVENTS_BUCKET",
    "PaneLogTable": "LOG_TABLE",
    "TrendsTable": "TRENDS_TABLE",
}
_ARCHIVE: Final = {"ArchiveBucket": "ARCHIVE_BUCKET"}


def find(session: "Session", name: str, *, names: Names, archive: str | None, failed_events: str | None) -> Settings:
    """Read a stack's settings from CloudFormation.

    Raises:
        click.UsageError: neither the stack nor `archive` names an archive, or `failed_events` is the stack's bucket.
        StackNotFoundError: there is no such stack, or it lacks something.
        SettingsError: a parameter has a value that this code can't use.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
    """
    found = describe(session, name, _RESOURCES, optional=_ARCHIVE)
    bucket = archive or found.get("ARCHIVE_BUCKET")
    if not bucket:
        raise click.UsageError(f"the stack {name!r:.130} has no archive: name one by --archive BUCKET")
    if failed_events == found["FAILED_EVENTS_BUCKET"]:
        raise click.UsageError(
            "the stack's own failed events are kept as they are: name another --failed-events BUCKET"
        )
    filled = found | {"LOG_TABLE": names.log, "TRENDS_TABLE": names.trends}
    return Settings(
        ingest=IngestSettings.read(filled),
        rollup=RollupSettings.read(filled),
        archive=bucket,
        like=Names(found["LOG_TABLE"], found["TRENDS_TABLE"]),
        names=names,
        schedule=found["SCHEDULE"],
        failed_events_bucket=failed_events,
        key=found.get("DATA_KEY"),
    )
