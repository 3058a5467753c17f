"""The commands: show, append, withdraw."""

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import click

from consumers.command.options import json_option, stack_options
from consumers.command.output import for_machine, json_line
from consumers.command.stack_change import DeploymentError
from consumers.command.target import StackTarget
from consumers.schedule.append import Change, Wanted, append, withdraw
from consumers.schedule.command import output
from consumers.schedule.command.deployed import Deployed, DeployedSchedule, why
from consumers.schedule.schedule import MINUTE, Schedule, ScheduleError
from penstock.cli.safe_text import safe_text

FAILED: Final = 1
DEPLOYMENT_MINUTES: Final = 15


class Moment(click.ParamType[int]):
    """A time with its offset from UTC, as epoch seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read ISO 8601."""
        try:
            when = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r:.60} is no ISO 8601 time, like 2026-12-01T00:00Z", param, ctx)
        if when.tzinfo is None:
            self.fail(f"{value!r:.60} needs an offset from UTC, like 2026-12-01T00:00Z", param, ctx)
        if when.microsecond:
            self.fail(f"{value!r:.60} must be a whole minute", param, ctx)
        return int(when.astimezone(UTC).timestamp())


_deploy = click.option("--deploy", is_flag=True, help="Change the deployed stack, after asking.")
_yes = click.option("--yes", is_flag=True, help="Do not ask.")
_deployment = click.option(
    "--deployment",
    "deployment_minutes",
    type=click.IntRange(min=0, max=1_440),
    default=DEPLOYMENT_MINUTES,
    show_default=True,
    metavar="MINUTES",
    help="How long it may take until every function has the change.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def cli() -> None:
    """Look at a stack's schedule of pane length, key groups and buckets, and append to it.

    Exit status: 0 when all went well, 1 when something failed, 2 for wrong usage, a rule broken among them, 130 after
    Ctrl-C. docs/deploying.md tells more.
    """


@cli.command()
@stack_options
@json_option
def show(*, target: StackTarget, as_json: bool) -> None:
    """Show the schedule, and check that every function has it."""
    stack = _open(target)
    deployed = stack.read()
    schedule = _parse(deployed)
    lacking = stack.without(deployed.schedule)
    if for_machine(as_json):
        entries = [output.entry_fields(entry) for entry in schedule.entries]
        click.echo(
            json_line({"stack": deployed.name, "status": deployed.status, "entries": entries} | {"without": lacking})
        )
    else:
        for line in output.schedule_lines(schedule, time.time()):
            click.echo(line)
        click.echo("")
        click.echo(safe_text(why(lacking)) if lacking else "Every function has it.")
    sys.exit(FAILED if lacking else 0)


@cli.command("append")
@stack_options
@click.option("--from", "start", type=Moment(), required=True, metavar="TIME", help="Like 2026-12-01T00:00Z.")
@click.option("--seconds", type=int, help="Length of a pane; divides 60. [default: as before]")
@click.option("--groups", type=int, help="Number of key groups; a power of two. [default: as before]")
@click.option("--buckets", type=int, help="Number of hashtag buckets. [default: as before]")
@_deployment
@_deploy
@_yes
@json_option
def append_(
    *,
    target: StackTarget,
    start: int,
    seconds: int | None,
    groups: int | None,
    buckets: int | None,
    deployment_minutes: int,
    deploy: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Append an entry, which holds for events of its time on.

    It must start so far ahead that every function has it 15 minutes before. Without --deploy nothing is changed.

    \b
    Example:
      python -m consumers.schedule append --from 2026-12-01T00:00Z --groups 16 --buckets 8
    """

    def change(text: str, now: float) -> Change:
        wanted = Wanted(start, seconds, groups, buckets)
        return append(text, wanted, now=now, deployment_seconds=deployment_minutes * MINUTE)

    _run(_open(target), change, what="appended", deploy=deploy, yes=yes, machine=for_machine(as_json))


@cli.command("withdraw")
@stack_options
@_deployment
@_deploy
@_yes
@json_option
def withdraw_(*, target: StackTarget, deployment_minutes: int, deploy: bool, yes: bool, as_json: bool) -> None:
    """Take the last entry back, as long as it is far from coming into force."""

    def change(text: str, now: float) -> Change:
        return withdraw(text, now=now, deployment_seconds=deployment_minutes * MINUTE)

    _run(_open(target), change, what="withdrawn", deploy=deploy, yes=yes, machine=for_machine(as_json))


def _open(target: StackTarget) -> DeployedSchedule:
    return DeployedSchedule(target.session(), target.stack, sleep=time.sleep)


def _check_asking(*, deploy: bool, yes: bool) -> None:
    if yes and not deploy:
        raise click.UsageError("--yes is for --deploy: say both, or neither")
    if deploy and not yes and not sys.stdin.isatty():
        raise click.UsageError("there is nobody to ask: say --yes with --deploy")


def _run(
    stack: DeployedSchedule,
    change: Callable[[str, float], Change],
    *,
    what: str,
    deploy: bool,
    yes: bool,
    machine: bool,
) -> None:
    _check_asking(deploy=deploy, yes=yes)
    deployed = stack.read()
    _parse(deployed)
    if deployed.busy:
        raise DeploymentError(f"the stack is {deployed.status}: wait until it is done")
    changed = _checked(change, deployed)
    # A withdrawal mends that too: it gives every function what it had before.
    if len(changed.after.entries) > len(changed.before.entries) and (lacking := stack.without(deployed.schedule)):
        raise DeploymentError(f"deploy the schedule that the stack has first: {why(lacking)}")
    if not machine:
        for line in output.change_lines(changed, time.time(), what=what):
            click.echo(line)
        click.echo("")
    if deploy:
        _deploy_change(stack, deployed, changed, lambda: _checked(change, deployed), yes=yes)
    if machine:
        click.echo(output.change_json(deployed.name, changed, what=what, deployed=deploy))
    elif deploy:
        click.echo("Every function has it.")
        click.echo(output.samconfig_line(changed))
    else:
        for line in output.deploy_lines(changed):
            click.echo(line)


def _deploy_change(
    stack: DeployedSchedule, deployed: Deployed, changed: Change, check: Callable[[], Change], *, yes: bool
) -> None:
    """Change the stack, after asking, and wait until every function has the change."""
    name = f"schedule-{int(time.time())}"
    touched = stack.prepare(deployed, changed.text, name)
    try:
        for line in output.touched_lines(touched):
            click.echo(line, err=True)
        if not yes:
            click.confirm("Change the stack?", abort=True, err=True)
        check()  # asking takes time
    except BaseException:
        stack.discard(name)
        raise
    stack.execute(name)
    click.echo("CloudFormation changes the stack, and goes on should this be interrupted …", err=True)
    stack.wait(changed.text, lambda: time.time() > changed.due)


def _parse(deployed: Deployed) -> Schedule:
    try:
        return Schedule.parse(deployed.schedule)
    except ScheduleError as error:
        raise DeploymentError(f"the stack's schedule can't be read: {error}") from error


def _checked(change: Callable[[str, float], Change], deployed: Deployed) -> Change:
    try:
        return change(deployed.schedule, time.time())
    except ScheduleError as error:
        raise click.UsageError(str(error)) from error
