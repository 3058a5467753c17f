"""The AWS clients of ingest."""

from typing import TYPE_CHECKING, Final

import boto3

from consumers.calls import call_config

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

CALLS_AT_ONCE: Final = 8
"""Calls in flight; more would wait for each other, since an invocation has a processor or two."""

CALL_CONFIG: Final = call_config(calls_at_once=CALLS_AT_ONCE, read_seconds=3.0)


def dynamodb_client() -> "DynamoDBClient":
    """Make the client for the pane log; region and credentials are those of the environment."""
    return boto3.client("dynamodb", config=CALL_CONFIG)


def s3_client() -> "S3Client":
    """Make the client for failed events; region and credentials are those of the environment."""
    return boto3.client("s3", config=CALL_CONFIG)
