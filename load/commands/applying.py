"""``tune --apply``: what a deployed stack becomes, asked for and carried out."""

import sys
import time
from typing import TYPE_CHECKING, Any

import click

from load.commands.output import say, show
from load.errors import InputError

if TYPE_CHECKING:
    from load.configuration import Configuration
    from load.tuning.evaluation import Judged


def check_asking(*, yes: bool) -> None:
    """See to it that somebody can be asked whether the stack may be changed.

    Raises:
        InputError: nobody can.
    """
    if not yes and not sys.stdin.isatty():
        raise InputError("there is nobody to ask whether the stack may be changed: say --yes with --apply")


def deployed_configuration(session: Any, name: str, settings: dict[str, str]) -> "Configuration":  # noqa: ANN401 - boto3's session, which is imported where it is used
    """Return what a stack was deployed with.

    Raises:
        InputError: there is no such stack, it is none of Penstock's, or nobody may ask.
    """
    from load.stack.description import describe

    return describe(session, name, naming="name it as --apply NAME, or its --region").configuration(settings)


def apply(
    session: Any,  # noqa: ANN401 - as above
    name: str,
    chosen: "Judged",
    current: "Judged",
    *,
    yes: bool,
) -> None:
    """Show what a stack becomes by a choice, ask, and change it.

    Raises:
        InputError: AWS does not allow it, or its template or schedule do not.
        LoadError: the stack could not be changed; the message says how it stands.
        click.Abort: it may not be changed.
    """
    from consumers.command.progress import Progress
    from consumers.schedule.append import moment
    from consumers.schedule.command.output import touched_lines
    from load.stack.changing import StackChanger
    from load.stack.plan import plan
    from penstock.cli.table import columns

    changer = StackChanger(session, name)
    deployed = changer.read()
    planned = plan(deployed.parameters, chosen.configuration, time.time())
    say()
    _tell_producers(current.configuration, chosen.configuration)
    if not planned.steps:
        show(f"the stack {name} has this configuration")
        return
    show(*columns(["parameter", "now", "then"], [list(each) for each in planned.differences]))
    show(f"a month: ${current.month:,.2f} → ${chosen.month:,.2f}, by the model at this workload")
    if planned.schedule_due is not None:
        due = moment(planned.schedule_due)
        show(f"the schedule's new entry stays for ever; every function must have it by {due}")
    if len(planned.steps) > 1:
        show(f"in {len(planned.steps)} updates, since one at most doubles or halves the shards")
    change_set, touched = changer.prepare(deployed, planned.steps[0])
    try:
        for line in touched_lines(touched):
            click.echo(line, err=True)
        if not yes:
            click.confirm(f"Change the stack {name}?", abort=True, err=True)
    except BaseException:
        changer.discard(change_set)
        raise
    click.echo("CloudFormation changes the stack, and goes on should this be interrupted …", err=True)
    with Progress() as progress:
        changer.carry_out(planned, change_set, progress.show)
    show(f"the stack {name} has it; samconfig.toml must have it too, or the next deploy takes it back")


def _tell_producers(before: "Configuration", after: "Configuration") -> None:
    from load.configuration import PRODUCER_OPTIONS

    changed = [name for name in PRODUCER_OPTIONS if getattr(before, name) != getattr(after, name)]
    if changed:
        told = ", ".join(f"{name} {getattr(before, name)} → {getattr(after, name)}" for name in changed)
        show(f"producers' own, which no stack has: {told}")
