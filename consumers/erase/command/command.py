"""The command."""

import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Final

import click

from consumers.command.options import json_option, stack_options
from consumers.command.output import for_machine, json_line
from consumers.command.target import StackTarget
from consumers.command.threads import open_pool
from penstock.cli.ending import FAILURE

if TYPE_CHECKING:
    from consumers.erase.report import Report

THREADS: Final = 16


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option("--platform", required=True, metavar="NAME", help="The author's platform, like bluesky.")
@click.option("--author", "name", metavar="NAME", help="The author, as events name them.")
@click.option(
    "--author-file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="A file with the author's name, - for standard input: keeps it out of the shell's history.",
)
@click.option("--confirm", is_flag=True, help="Erase. Without it, only count.")
@click.option("--unclear", is_flag=True, help="Also what can't be attributed, if the author's name is in it.")
@click.option("--archive", metavar="BUCKET", help="The archive's bucket. [default: the stack's, if it has one]")
@stack_options
@json_option
def cli(
    *,
    platform: str,
    name: str | None,
    author_file: IO[str] | None,
    confirm: bool,
    unclear: bool,
    archive: str | None,
    target: StackTarget,
    as_json: bool,
) -> None:
    """Erase one author's raw records from failed events, discarded batches and the archive.

    Only counts, unless --confirm says so. Every object is read. Exit status: 0 when all went well, 1 when something
    failed or is left to look into, 2 for wrong usage, 130 after Ctrl-C; whatever ends it, running it again goes on.
    docs/privacy.md tells what else there is.

    \b
    Examples:
      python -m consumers.erase --platform bluesky --author did:plc:42
      python -m consumers.erase --platform bluesky --author-file - --confirm
    """

    from consumers.calls import call_config
    from consumers.command.progress import Progress
    from consumers.command.stack import describe
    from consumers.erase.author import Author
    from consumers.erase.report import Report
    from consumers.erase.rewriting import Eraser
    from consumers.erase.run import Erasure

    author = Author(platform, _name(name, author_file))
    session = target.session()
    found = describe(
        session,
        target.stack,
        {"FailedEventsBucket": "FAILED_EVENTS_BUCKET"},
        optional={"ArchiveBucket": "ARCHIVE_BUCKET"},
    )
    buckets = [found["FAILED_EVENTS_BUCKET"], *filter(None, [archive or found.get("ARCHIVE_BUCKET")])]
    report = Report(confirmed=confirm, again_after_hours=int(found["STREAM_RETENTION_HOURS"]))
    client = session.client("s3", config=call_config(calls_at_once=THREADS, read_seconds=30.0))
    try:
        with open_pool("erase", THREADS) as pool, Progress() as progress:
            Erasure(client, Eraser(author, unclear), pool, report).run(buckets, progress.tell, progress.show)
    finally:
        for line in [json_line(report.as_dict())] if for_machine(as_json) else lines(report):
            click.echo(line)
    if not report.found:
        if not author.can_count:
            raise click.UsageError(
                f"no object holds such an event, and none that counts can have the platform {platform!r:.60}: it is a"
                " lower-case slug, like bluesky"
            )
        click.echo("no object holds such an event: check platform and spelling", err=True)
    sys.exit(0 if report.well else FAILURE)


def _name(given: str | None, file: IO[str] | None) -> str:
    if (given is None) == (file is None):
        raise click.UsageError("name the author by --author or by --author-file, and not by both")
    try:
        name = given if file is None else file.read().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError("the --author-file can't be read as UTF-8") from error
    if not name:
        raise click.UsageError("the author's name is empty")
    return name


def lines(report: "Report") -> Iterator[str]:
    """Yield what an erasure came to, for a person."""
    yield f"{'objects':<18}{report.objects:>9,}   looked at"
    what = "erased" if report.confirmed else "would be erased"
    yield f"{what:<18}{report.failed_events:>9,}   events from failed events"
    yield f"{'':<18}{report.discarded_batches:>9,}   from discarded batches"
    yield f"{'':<18}{report.archive:>9,}   from the archive"
    changed = "objects changed" if report.confirmed else "objects to change"
    yield f"{changed:<18}{report.objects_changed:>9,}"
    if report.old_versions:
        yield f"{'old versions':<18}{report.old_versions:>9,}"
    if report.unclear:
        yield f"{'unclear':<18}{report.unclear:>9,}   name the author and can't be attributed; --unclear erases them"
    if report.not_readable:
        yield f"{'not readable':<18}{report.not_readable:>9,}   were not looked into"
    if not report.complete:
        yield "not complete: it ended before everything was looked at; running it again goes on"
    elif not report.confirmed:
        yield "nothing is erased yet: --confirm does it"
    else:
        yield f"the stream may still hold such events: erase again in {report.again_after_hours} hours"
