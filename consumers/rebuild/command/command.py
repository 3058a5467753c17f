"""The command."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from consumers.command.options import dry_run_option, json_option, stack_options
from consumers.command.output import for_machine, json_line
from consumers.command.target import StackTarget
from penstock.cli.ending import FAILURE
from penstock.cli.safe_text import safe_text

if TYPE_CHECKING:
    from consumers.rebuild.report import Report


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option("--from", "start", required=True, metavar="TIME", help="First arrival: 2026-11-01, 2026-11-01T09:30:00Z.")
@click.option("--to", "end", required=True, metavar="TIME", help="Arrivals before this.")
@click.option(
    "--tables", metavar="NAME", help="Fill NAME-log and NAME-trends, made if need be. [default: STACK-rebuilt]"
)
@click.option(
    "--continue", "go_on", is_flag=True, help="Go on with a rebuild that these tables hold; --to may be later."
)
@click.option(
    "--ready", is_flag=True, help="In the end, switch on expiry, recovery and protection as the stack has them."
)
@click.option("--archive", metavar="BUCKET", help="The archive's bucket. [default: the stack's]")
@click.option(
    "--failed-events", metavar="BUCKET", help="Also write failed events, to this bucket. [default: only count]"
)
@stack_options
@dry_run_option
@json_option
def cli(
    *,
    start: str,
    end: str,
    tables: str | None,
    go_on: bool,
    ready: bool,
    archive: str | None,
    failed_events: str | None,
    target: StackTarget,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Recompute pane log and trends from the archive, into tables of their own.

    The stack's own tables are only looked at. Exit status: 0 when all is in the tables, 1 when something is damaged
    or failed, 2 for wrong usage, 130 after Ctrl-C; --continue then goes on. docs/rebuild.md tells more.

    \b
    Examples:
      python -m consumers.rebuild --from 2026-11-01 --to 2026-11-21T09:00:00Z --dry-run
      python -m consumers.rebuild --from 2026-11-01 --to 2026-11-21T09:00:00Z
      python -m consumers.rebuild --from 2026-11-01 --to 2026-11-21T12:00:00Z --continue --ready
    """
    from consumers.command.progress import Progress
    from consumers.rebuild.buckets import BucketError
    from consumers.rebuild.command.stack import find
    from consumers.rebuild.parts import Parts
    from consumers.rebuild.report import Report
    from consumers.rebuild.run import check, rebuild
    from consumers.rebuild.span import Span, SpanError
    from consumers.rebuild.tables import Names, TablesError

    try:
        span = Span.parse(start, end)
        names = Names.of(tables or f"{target.stack}-rebuilt")
    except (SpanError, TablesError) as error:
        raise click.UsageError(str(error)) from error
    session = target.session()
    settings = find(session, target.stack, names=names, archive=archive, failed_events=failed_events)
    parts = Parts(settings, session)
    try:
        existing = check(parts, span, go_on=go_on)
    except (BucketError, TablesError) as error:
        raise click.UsageError(str(error)) from error
    report = Report(dry_run=dry_run)
    try:
        with Progress() as progress:
            rebuild(
                parts,
                span,
                report,
                existing=existing,
                make_ready=ready,
                tell=progress.tell,
                progress=progress.show,
            )
    finally:
        for line in [json_line(report.as_dict())] if for_machine(as_json) else lines(report):
            click.echo(line)
    sys.exit(0 if report.well else FAILURE)


def lines(report: "Report") -> Iterator[str]:
    """Yield what a rebuild came to, for a person."""
    yield f"{'objects':<16}{report.objects:>13,}   {report.stored_bytes:,} bytes"
    if report.dry_run:
        yield f"{'would fill':<16}   {report.tables}"
        return
    if report.objects_before:
        yield f"{'folded before':<16}{report.objects_before:>13,}"
    yield f"{'folded':<16}{report.objects_folded:>13,}"
    if report.discarded_batches:
        yield f"{'discarded':<16}{report.discarded_batches:>13,}   batches that Lambda had given up, folded too"
    yield f"{'counted':<16}{report.counted:>13,}   events"
    yield f"{'duplicates':<16}{report.duplicates:>13,}"
    for reason, count in sorted(report.failed.items()):
        yield f"{'failed':<16}{count:>13,}   {reason}"
    yield f"{'hours summed':<16}{report.hours_summed:>13,}"
    if report.not_summed:
        yield f"{'not summed':<16}{report.not_summed:>13,}   buckets of minutes, hours or days"
    if report.not_readable:
        yield f"{'not readable':<16}{report.not_readable:>13,}   what they hold is missing"
    if report.complete:
        yield f"{'tables':<16}   {safe_text(report.tables)}"
        yield f"{'log stream':<16}   {safe_text(report.log_stream_arn)}"
        yield f"{'trends stream':<16}   {safe_text(report.trends_stream_arn)}"
    elif report.objects_before or report.objects_folded:
        yield "not complete: --continue goes on with it"
    else:
        yield "not complete: running it again is safe, and says when it takes --continue"
