"""The AWS clients of ingest: timeouts and retries reviewed and set rather than left to defaults."""

from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client

CALLS_AT_ONCE: Final = 8
"""Calls in flight; more would wait for each other, since an invocation has a processor or two."""

CALL_CONFIG: Final = Config(
    # A healthy put takes 10 ms. What takes seconds is a dead connection, and better tried again.
    connect_timeout=1,
    read_timeout=3,
    # Four attempts: after up to 25 ms x 2^n for transient errors of DynamoDB, up to 1 s x 2^n for throttling, and none
    # at all while most calls fail (botocore, `retries.standard`). Boto3's default for DynamoDB, ten attempts in legacy
    # mode, can outlast the invocation; the longer retry here is Lambda's redelivery of the batch.
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=CALLS_AT_ONCE,
    tcp_keepalive=True,
    # Requests are built by code that the type checker and the tests hold; checking them again is an eighth of a call.
    parameter_validation=False,
)


def dynamodb_client() -> "DynamoDBClient":
    """Make the client for the pane log; region and credentials are those of the environment."""
    return boto3.client("dynamodb", config=CALL_CONFIG)


def s3_client() -> "S3Client":
    """Make the client for failed events; region and credentials are those of the environment."""
    return boto3.client("s3", config=CALL_CONFIG)
