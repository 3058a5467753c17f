"""The commands: list, show, send, fold."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from consumers.command.options import dry_run_option, json_option, stack_options
from consumers.command.output import for_machine, json_line
from consumers.command.target import StackTarget
from consumers.redrive.command.options import again_option, all_option, selecting
from consumers.redrive.rate import LEAST_RATE
from penstock.cli.ending import FAILURE
from penstock.cli.safe_text import safe_text

if TYPE_CHECKING:
    from consumers.redrive.fix_up import FixUp
    from consumers.redrive.parts import Parts
    from consumers.redrive.request import Request
    from consumers.redrive.run import Hooks


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def cli() -> None:
    """Look at failed events and discarded batches, and bring them back to be counted.

    Exit status: 0 when all went well, 1 when something failed, 2 for wrong usage, 130 after Ctrl-C. Whatever
    ends it, running it again is safe. docs/redrive.md tells more.
    """


@cli.command("list")
@selecting(days="UTC day of arrival, like 2026-11-21.")
@click.option("--each", is_flag=True, help="Each event and batch by itself, with its key.")
@stack_options
@json_option
def list_(*, target: StackTarget, each: bool, as_json: bool, **selected: tuple[str, ...]) -> None:
    """Count what was set aside, by day and reason."""
    from consumers.redrive.command import output
    from consumers.redrive.run import count

    request = _request("list", **selected)
    parts = _parts(target)
    if each:
        _list_each(parts, request, as_json=for_machine(as_json))
        return
    with _hooks() as hooks:
        counted = count(parts, request, hooks)
    rows = counted.rows
    for line in (json_line(row.as_dict()) for row in rows) if for_machine(as_json) else output.census_lines(rows):
        click.echo(line)
    sys.exit(FAILURE if counted.not_readable else 0)


def _list_each(parts: "Parts", request: "Request", *, as_json: bool) -> None:
    from consumers.redrive.command import output
    from consumers.redrive.survey import Survey

    survey = Survey(parts.bucket, tell=_tell)
    rows = chain(
        map(output.event_row, survey.failed_events(request.selection)),
        map(output.batch_row, survey.discarded_batches(request.selection)),
    )
    for number, row in enumerate(rows):
        if as_json:
            line = json_line(dict(zip(output.event_head(), row, strict=True)))
        else:
            line = "  ".join(safe_text(cell or "-") for cell in row)
            if not number:
                click.echo("  ".join(output.event_head()))
        click.echo(line)
    sys.exit(FAILURE if survey.not_readable else 0)


@cli.command()
@click.argument("key")
@stack_options
@json_option
def show(*, target: StackTarget, key: str, as_json: bool) -> None:
    """Show a failed event, or all of an object, with their data.

    KEY is what list --each prints: failed-events/….jsonl#POSITION, or an object's name.
    """
    from consumers.discarded_batch import PREFIX as DISCARDED
    from consumers.redrive.command import output
    from consumers.redrive.survey import Survey

    selection = _request("list", keys=(key,)).selection
    if key.startswith(DISCARDED):
        raise click.UsageError("a discarded batch is one JSON object: read it by `aws s3 cp`; show has failed events")
    survey = Survey(_parts(target).bucket, tell=_tell)
    found = False
    for selected in survey.failed_events(selection):
        if for_machine(as_json):
            click.echo(json_line(output.event_fields(selected)))
        else:
            if found:
                click.echo("")
            for line in output.event_lines(selected):
                click.echo(line)
        found = True
    if not found:
        raise click.ClickException(f"there is no failed event {key!r:.200}")
    sys.exit(FAILURE if survey.not_readable else 0)


@cli.command()
@selecting(days="UTC day of arrival, like 2026-11-21.")
@all_option
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Change a field first: created_at=arrival, event_id=position, lang=und, hashtags=[], text=null …",
)
@click.option("--fix", metavar="MODULE:FUNCTION", help="Change the event by a Python function first.")
@again_option
@click.option("--unchecked", is_flag=True, help="Those too that would fail again by this version's rules.")
@click.option(
    "--rate",
    type=click.FloatRange(LEAST_RATE, 1_000_000),
    metavar="EVENTS/S",
    help="Most events a second. [default: any number]",
)
@stack_options
@dry_run_option
@json_option
def send(
    *,
    target: StackTarget,
    everything: bool,
    assignments: tuple[str, ...],
    fix: str | None,
    again: bool,
    unchecked: bool,
    rate: float | None,
    dry_run: bool,
    as_json: bool,
    **selected: tuple[str, ...],
) -> None:
    """Send failed events back through the stream, and mark them.

    Those that would only fail again are held back, with the reason. An event that is too_late or future can only count
    if its time is mended (--set created_at=arrival), the horizon is raised, or, if future, its time has come.

    \b
    Examples:
      python -m consumers.redrive send --reason future
      python -m consumers.redrive send --reason invalid --day 2026-11-21 --set lang=und --dry-run
      python -m consumers.redrive send --all --fix mending:lower_case --rate 100
    """
    from consumers.redrive.command import output
    from consumers.redrive.report import SendReport
    from consumers.redrive.run import send as run

    request = _request(
        "send",
        all=everything,
        again=again,
        unchecked=unchecked,
        rate=rate,
        dry_run=dry_run,
        **selected,
    )
    fix_up = _fix_up(assignments, fix)
    report = SendReport(dry_run=dry_run)
    parts = _parts(target)
    try:
        with _hooks() as hooks:
            run(parts, request, fix_up, report, hooks)
    finally:
        for line in [json_line(report.as_dict())] if for_machine(as_json) else output.send_lines(report):
            click.echo(line)
    sys.exit(0 if report.well else FAILURE)


@cli.command()
@selecting(days="UTC day on which Lambda gave the batch up.", failed_events_only=False)
@all_option
@again_option
@stack_options
@dry_run_option
@json_option
def fold(
    *, target: StackTarget, everything: bool, again: bool, dry_run: bool, as_json: bool, **selected: tuple[str, ...]
) -> None:
    """Fold discarded batches directly into the pane log, and mark them.

    Those are the batches that Lambda gave up, under aws/lambda/ in the bucket. Their events are judged by the time at
    which they first arrived, and what ingest had counted of them before is not counted again.
    """
    from consumers.redrive.command import output
    from consumers.redrive.report import FoldReport
    from consumers.redrive.run import fold as run

    request = _request("fold", all=everything, again=again, dry_run=dry_run, **selected)
    report = FoldReport(dry_run=dry_run)
    parts = _parts(target)
    try:
        with _hooks() as hooks:
            run(parts, request, report, hooks)
    finally:
        for line in [json_line(report.as_dict())] if for_machine(as_json) else output.fold_lines(report):
            click.echo(line)
    sys.exit(0 if report.well else FAILURE)


def _parts(target: StackTarget) -> "Parts":
    from consumers.redrive.command.stack import open_parts

    return open_parts(target)


def _request(action: str, **fields: Any) -> "Request":  # noqa: ANN401 - checked by the request itself
    from consumers.redrive.parts import now_text
    from consumers.redrive.request import Request, RequestError
    from consumers.redrive.selection import SelectionError

    try:
        return Request.read({"action": action, **fields}).begun(now_text())
    except (RequestError, SelectionError) as error:
        raise click.UsageError(str(error)) from error


def _fix_up(assignments: tuple[str, ...], name: str | None) -> "FixUp":
    from consumers.redrive.command.function import FunctionError, load
    from consumers.redrive.fix_up import FixUp, FixUpError

    try:
        return FixUp.parse(assignments, load(name) if name else None, name or "")
    except (FixUpError, FunctionError) as error:
        raise click.UsageError(str(error)) from error


@contextmanager
def _hooks() -> "Iterator[Hooks]":
    """Show on a terminal how far it is, on standard error."""
    from consumers.command.progress import Progress
    from consumers.redrive.run import Hooks

    with Progress() as progress:
        yield Hooks(tell=progress.tell, progress=progress.show)


def _tell(line: str) -> None:
    click.echo(safe_text(line), err=True)
