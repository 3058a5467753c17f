"""Which stack a command is about, and who asks."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consumers.redrive.parts import Parts


@dataclass(frozen=True, slots=True)
class Target:
    """Which stack, and who asks."""

    stack: str
    region: str | None
    profile: str | None

    def parts(self) -> "Parts":
        """Find the stack and return what redrive is made of there."""
        import boto3

        from consumers.redrive.command.stack import find
        from consumers.redrive.parts import Parts

        # The other AWS SDKs take AWS_REGION, boto3 AWS_DEFAULT_REGION alone.
        session = boto3.Session(profile_name=self.profile, region_name=self.region or os.environ.get("AWS_REGION"))
        return Parts(find(session, self.stack), session)
