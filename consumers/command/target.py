"""Which stack a command is about, and who asks."""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boto3.session import Session


@dataclass(frozen=True, slots=True)
class StackTarget:
    """What the options --stack, --region and --profile say."""

    stack: str
    region: str | None
    profile: str | None

    def session(self) -> "Session":
        """Return credentials and region."""
        import boto3

        # The other AWS SDKs take AWS_REGION, boto3 AWS_DEFAULT_REGION alone.
        return boto3.Session(profile_name=self.profile, region_name=self.region or os.environ.get("AWS_REGION"))
