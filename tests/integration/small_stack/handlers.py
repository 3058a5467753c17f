"""The functions of the small stack."""

import base64
import json
import os
import time
from typing import Any

import boto3

failed: set[str] = set()
"""Words that this environment has failed for."""


def copy(event: dict[str, Any], _context: object) -> None:
    """Put each word of the stream into the table, but for one that fails the first time."""
    table = boto3.client("dynamodb")
    for record in event["Records"]:
        word = base64.b64decode(record["kinesis"]["data"]).decode()
        if word == "fail-once" and word not in failed:
            failed.add(word)
            raise ValueError("asked to")
        table.put_item(TableName=os.environ["TABLE"], Item={"word": {"S": word}})
    print("copied", len(event["Records"]))  # noqa: T201 - what a function logs
    _count("WordsCopied", len(event["Records"]))


def archive(event: dict[str, Any], _context: object) -> None:
    """Write each word of the table's stream to the bucket."""
    bucket = boto3.client("s3")
    for record in event["Records"]:
        word = record["dynamodb"]["NewImage"]["word"]["S"]
        bucket.put_object(Bucket=os.environ["BUCKET"], Key=word, Body=b"")


def echo(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - the runtime's own class
    """Answer what was asked, or go wrong in the way asked for."""
    match (event["pathParameters"] or {}).get("kind"):
        case "raise":
            raise ValueError("asked to")
        case "crash":
            os._exit(3)
        case "hang":
            time.sleep(60)
        case "nonsense":
            return {"no": "status"}
    body = {
        "what": event["pathParameters"]["what"],
        "query": event["multiValueQueryStringParameters"],
        "remaining": context.get_remaining_time_in_millis(),
        "process": os.getpid(),
        "environment": sorted(os.environ),
    }
    return {
        "statusCode": 200,
        "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]},
        "headers": {"Content-Type": "application/octet-stream"},
        "body": base64.b64encode(json.dumps(body).encode()).decode(),
        "isBase64Encoded": True,
    }


def _count(name: str, value: int) -> None:
    directive = {"Namespace": "Small", "Dimensions": [["service"]], "Metrics": [{"Name": name}]}
    line = {"_aws": {"Timestamp": 0, "CloudWatchMetrics": [directive]}, "service": "small", name: value}
    print(json.dumps(line))  # noqa: T201 - a metric in embedded metric format
