"""The schedule of a deployed stack: reading it, changing it alone, and telling which functions have it."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from consumers.command.stack import StackNotFoundError
from consumers.command.stack_change import POLL_SECONDS, DeployedStack, DeploymentError, StackChange, Touched

if TYPE_CHECKING:
    from boto3.session import Session

PARAMETER: Final = "Schedule"
LIVE: Final = "live"
"""The alias by which functions are invoked."""
VARIABLE: Final = "SCHEDULE"


@dataclass(frozen=True, slots=True)
class Deployed(DeployedStack):
    """A stack with a schedule, as it was deployed."""

    @property
    def schedule(self) -> str:
        """The parameter's text."""
        return self.parameters[PARAMETER]


class DeployedSchedule:
    """Reads and changes the schedule of one stack."""

    def __init__(self, session: "Session", name: str, *, sleep: Callable[[float], None]) -> None:
        """Ask with the session's credentials, in its region; `sleep` waits between two questions."""
        self._functions: Any = session.client("lambda")
        self._name = name
        self._sleep = sleep
        self._stack = StackChange(session, name, sleep=sleep)

    def read(self) -> Deployed:
        """Return the stack as it is now.

        Raises:
            StackNotFoundError: there is no such stack, or it has no schedule.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        stack = self._stack.read()
        if not stack.parameters.get(PARAMETER):
            raise StackNotFoundError(f"the stack {self._name!r:.130} is none of Penstock's: it has no {PARAMETER}")
        return Deployed(**asdict(stack))

    def without(self, schedule: str) -> dict[str, str]:
        """Return which of the stack's functions do not run with `schedule`, and why not.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: AWS can't be asked.
        """
        found = {}
        for function in self._function_names():
            configuration = self._configuration(function)
            variables = configuration.get("Environment", {}).get("Variables", {})
            state = configuration.get("LastUpdateStatus", "Successful")
            if VARIABLE not in variables:
                continue  # it needs none
            if variables[VARIABLE] != schedule:
                found[function] = "has another schedule"
            elif state != "Successful":
                found[function] = f"its last update is {state}"
        return found

    def prepare(self, deployed: DeployedStack, schedule: str, change_set: str) -> list[Touched]:
        """Make a change set that gives the stack another schedule, and return what it would touch.

        Raises:
            DeploymentError: it can't be made, or would replace or remove a resource; it is deleted again.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: CloudFormation can't be asked.
        """
        return self._stack.prepare(deployed, {PARAMETER: schedule}, change_set, what="a schedule")

    def discard(self, change_set: str) -> None:
        """Delete a change set that is not carried out; one that can't be deleted now does no harm."""
        self._stack.discard(change_set)

    def execute(self, change_set: str) -> None:
        """Carry a change set out; it goes on by itself.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: it was not begun, or nobody knows.
        """
        self._stack.execute(change_set)

    def wait(self, schedule: str, too_late: Callable[[], bool]) -> None:
        """Wait until the stack is updated and each function runs with `schedule`.

        Raises:
            DeploymentError: the update failed, a function lacks it all the same, or it has become too late.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: AWS can't be asked.
        """
        while True:
            deployed = self.read()
            if not deployed.busy:
                break
            if too_late():
                raise DeploymentError(
                    f"the stack is still {deployed.status}, and functions without the entry would soon meet its"
                    " events: cancel the update, or see to it that it ends"
                )
            self._sleep(POLL_SECONDS)
        if deployed.status != "UPDATE_COMPLETE" or deployed.schedule != schedule:
            raise DeploymentError(
                f"the update failed: the stack is {deployed.status}, with the schedule {deployed.schedule}"
            )
        if lacking := self.without(schedule):
            raise DeploymentError(f"the stack is {deployed.status}, but {why(lacking)}")

    def _configuration(self, function: str) -> Any:  # noqa: ANN401 - the answer of a client without stubs
        """Return what the function is invoked with; what it has itself where it has no version yet."""
        try:
            return self._functions.get_function_configuration(FunctionName=function, Qualifier=LIVE)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
            return self._functions.get_function_configuration(FunctionName=function)

    def _function_names(self) -> Iterator[str]:
        for _, kind, name in self._stack.resources():
            if kind == "AWS::Lambda::Function":
                yield name


def why(lacking: dict[str, str]) -> str:
    """Return in words what `DeployedSchedule.without` found."""
    return "; ".join(f"{function}: {reason}" for function, reason in lacking.items())
