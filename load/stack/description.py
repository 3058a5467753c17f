"""What a deployed stack is, by its name: parameters, outputs, and the names of what its template made."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from consumers.command.stack_change import StackChange
from load.configuration import PARAMETERS, PRODUCER_OPTIONS, Configuration
from load.errors import InputError
from load.stack.access import told

if TYPE_CHECKING:
    from boto3.session import Session

FUNCTIONS: Final = {"ingest": "IngestFunction", "rollup": "RollupFunction", "views": "ViewsFunction"}
"""By the `service` of their metrics, those that an event passes."""
LOG_GROUPS: Final = {"ingest": "IngestLogs", "rollup": "RollupLogs", "views": "ViewsLogs"}
NAMING: Final = "name it as --target stack:NAME, or its --region"
_OUTPUTS: Final = ("StreamName", "ApiUrl", "TrendsTableName", "PaneLogTableName")

SignIn = Literal["IAM", "Cognito"]


@dataclass(frozen=True, slots=True)
class DescribedStack:
    """A stack of Penstock's template.

    Attributes:
        name, region: where it is.
        parameters, outputs: by the template's names.
        resources: physical ids by logical id.
    """

    name: str
    region: str
    parameters: Mapping[str, str]
    outputs: Mapping[str, str]
    resources: Mapping[str, str]

    @property
    def sign_in(self) -> SignIn:
        """How callers of its API show who they are."""
        return "Cognito" if self.parameters.get("SignIn") == "Cognito" else "IAM"

    @property
    def keys_wanted(self) -> bool:
        """Whether callers of its API need a key besides."""
        return self.parameters.get("ApiKeys") == "true"

    @property
    def producer_role(self) -> str:
        """What producers assume.

        Raises:
            InputError: the stack has no such role.
        """
        if not (role := self.outputs.get("ProducerRoleArn")):
            raise InputError(
                f"the stack {self.name!r:.130} has no role for producers: deploy it with ProducerPrincipals, or go "
                "without --role"
            )
        return role

    def configuration(self, producer: Mapping[str, str]) -> Configuration:
        """Return what it was deployed with; `producer` are the SDK's options, by name, which are not the stack's.

        Raises:
            InputError: `producer` names something else, or a value can't be.
        """
        for name in producer:
            if name not in PRODUCER_OPTIONS:
                raise InputError(
                    f"--set {name}: a stack has its own parameters, which `tune --apply` or `sam deploy` change; of a "
                    f"run's own are {', '.join(PRODUCER_OPTIONS)}"
                )
        known = {parameter.name for parameter in PARAMETERS.values()} | {"Schedule", "StreamMode"}
        return Configuration.parse({k: v for k, v in self.parameters.items() if k in known} | dict(producer))


def describe(session: "Session", name: str, *, naming: str = NAMING) -> DescribedStack:
    """Ask CloudFormation for a stack; `naming` says how the command names another one.

    Raises:
        InputError: there is none of this name in the region, it is none of Penstock's, or nobody may ask.
        LoadError: CloudFormation can't be asked.
    """
    with told(f"read the stack {name!r:.130}"):
        asked = StackChange(session, name, sleep=time.sleep, naming=naming)
        deployed = asked.read()
        resources = {logical: physical for logical, _, physical in asked.resources()}
    if missing := [output for output in _OUTPUTS if not deployed.outputs.get(output)]:
        raise InputError(f"the stack {name!r:.130} is none of Penstock's: it has no output {', '.join(missing)}")
    return DescribedStack(name, session.region_name, deployed.parameters, deployed.outputs, resources)
