"""A boto3 session that has nothing of the user's: no profile, no configuration file, no credentials.

The stack must behave alike on every machine, and must not be able to reach an account by mistake.
"""

import os
from typing import Final

import boto3
import botocore.session

REGION: Final = "us-east-1"
ACCOUNT: Final = "123456789012"
ACCESS_KEY: Final = "local"
"""Access key and secret of every call; the services check neither."""


def local_session() -> boto3.Session:
    """Return a new session for the local stack's region."""
    session = botocore.session.Session(
        session_vars={
            "profile": (None, None, None, None),
            "config_file": (None, None, os.devnull, None),
            "credentials_file": (None, None, os.devnull, None),
        }
    )
    return boto3.Session(
        botocore_session=session,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=ACCESS_KEY,
    )
