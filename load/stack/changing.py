"""Changing a deployed stack as a plan says, an update of CloudFormation's a step, each waited for."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from consumers.command.stack_change import POLL_SECONDS, DeployedStack, DeploymentError, StackChange, Touched
from consumers.schedule.command.deployed import DeployedSchedule, why
from load.errors import LoadError
from load.stack.access import told
from load.stack.plan import Plan

if TYPE_CHECKING:
    from boto3.session import Session

DONE: Final = "UPDATE_COMPLETE"
ROLLED_BACK: Final = "UPDATE_ROLLBACK_COMPLETE"
NAMING: Final = "name it as --apply NAME, or its --region"
A_CHANGE: Final = "tuning"
"""As refusals call it."""

Tell = Callable[[str], object]
"""Shows how far it is."""


class StackChanger:
    """Changes one stack.

    Args:
        session: credentials and region.
        name: of the stack.
        sleep: waits between two questions.
        clock: epoch seconds.
    """

    def __init__(
        self,
        session: "Session",
        name: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        with told(f"read the stack {name!r:.130}"):
            self._change = StackChange(session, name, sleep=sleep, naming=NAMING)
            self._schedule = DeployedSchedule(session, name, sleep=sleep)
        self._sleep = sleep
        self._clock = clock
        self._name = name

    def read(self) -> DeployedStack:
        """Return the stack as it is, which nothing may be changing now.

        Raises:
            InputError: there is no such stack, or nobody may ask.
            LoadError: it is being changed, or CloudFormation can't be asked.
        """
        with self._told():
            deployed = self._change.read()
        if deployed.busy:
            raise LoadError(f"the stack {self._name!r:.130} is {deployed.status}: wait until it is done")
        return deployed

    def prepare(self, deployed: DeployedStack, parameters: Mapping[str, str]) -> tuple[str, list[Touched]]:
        """Return a change set that gives parameters other values, and what it touches.

        Raises:
            InputError: nobody may make one.
            LoadError: it would replace or remove something, or can't be made; nothing was changed.
        """
        change_set = f"tuning-{int(self._clock())}"
        with self._told():
            return change_set, self._change.prepare(deployed, parameters, change_set, what=A_CHANGE)

    def discard(self, change_set: str) -> None:
        """Delete a change set that is not carried out."""
        self._change.discard(change_set)

    def carry_out(self, plan: Plan, prepared: str, tell: Tell) -> None:
        """Carry out a plan whose first step is prepared.

        Raises:
            InputError: nobody may.
            LoadError: a step failed; CloudFormation has then taken the stack back to what it was before this step.
        """
        for number, step in enumerate(plan.steps, start=1):
            if number > 1:
                prepared, _ = self.prepare(self.read(), step)
            if number == len(plan.steps) and plan.schedule_due is not None and self._clock() > plan.schedule_due:
                self.discard(prepared)
                raise LoadError(
                    "it took too long: the schedule's new entry would come into force before every function has it; "
                    "this step was not begun, so repeat the command"
                )
            with self._told():
                self._change.execute(prepared)
            self._wait(step, f"step {number} of {len(plan.steps)}", tell)
        if plan.schedule is not None:
            with self._told():
                lacking = self._schedule.without(plan.schedule)
            if lacking:
                raise LoadError(f"the stack is updated, but {why(lacking)}: see docs/deploying.md")

    def _wait(self, step: Mapping[str, str], which: str, tell: Tell) -> None:
        began = self._clock()
        while True:
            with self._told():
                deployed = self._change.read()
            if not deployed.busy:
                break
            tell(f"{which}: {deployed.status}, for {self._clock() - began:,.0f} s")
            self._sleep(POLL_SECONDS)
        if deployed.status == DONE and all(deployed.parameters[name] == value for name, value in step.items()):
            return
        with self._told():
            reason = self._change.why_failed() or "CloudFormation gives no reason"
        if deployed.status == ROLLED_BACK:
            raise LoadError(f"the update failed, and CloudFormation has taken it back: {reason}")
        raise LoadError(
            f"the update failed, and the stack is {deployed.status}: {reason}; mend that, and where CloudFormation "
            f"could not take it back: aws cloudformation continue-update-rollback --stack-name {self._name}"
        )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            with told(f"change the stack {self._name!r:.130}"):
                yield
        except DeploymentError as error:
            raise LoadError(str(error)) from error
