"""Which rights a call of an AWS SDK client needs: actions, resources and context keys.

Source: "Actions, resources, and condition keys" of DynamoDB, Kinesis Data Streams, KMS, S3 and SNS, Service
Authorization Reference. An operation that is not known here is an error.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.least_privilege.policy import Request

REGION, ACCOUNT = "us-east-1", "123456789012"
PARTITION_KEYS = ("address", "bucket")
"""Of the pane log and of the trends."""
OF_OBJECTS = {"GetObject": "s3:GetObject", "HeadObject": "s3:GetObject", "PutObject": "s3:PutObject"}
OF_STREAMS = {"ListShards", "PutRecords"}
OF_ITEMS = {"GetItem", "PutItem", "Query", "UpdateItem"}
WITHOUT_DATA = {"DescribeStream", "GetShardIterator", "ListStreams"}
"""What is asked of a table's stream and answered without a record of it."""


class UnknownCallError(LookupError):
    """It is not known which rights an operation needs."""


def rights(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Request]:
    """Yield what a call must be allowed to.

    Raises:
        UnknownCallError: the operation is not known here.
    """
    match service, operation:
        case "dynamodb", "BatchGetItem":
            for table, wanted in parameters["RequestItems"].items():
                yield _on_table(operation, table, *(_leading(key) for key in wanted["Keys"]))
        case "dynamodb", _ if operation in OF_ITEMS:
            yield _on_table(operation, parameters["TableName"], _leading_of(operation, parameters))
        case "kinesis", _ if operation in OF_STREAMS:
            yield Request(f"kinesis:{operation}", _arn("kinesis", f"stream/{parameters['StreamName']}"))
        case "s3", "ListObjectsV2":
            prefix = {"s3:prefix": (parameters["Prefix"],)} if "Prefix" in parameters else {}
            yield Request("s3:ListBucket", f"arn:aws:s3:::{parameters['Bucket']}", prefix)
        case "s3", _ if operation in OF_OBJECTS:
            yield Request(OF_OBJECTS[operation], f"arn:aws:s3:::{parameters['Bucket']}/{parameters['Key']}")
        case "sns", "Publish":
            yield Request("sns:Publish", parameters["TopicArn"])
        case _:
            raise UnknownCallError(f"which rights does {service}:{operation} need? Say it in {__name__}")


def key_rights(request: Request, key: str) -> Iterator[Request]:
    """Yield what a request needs of the key that encrypts what it is about.

    Sources: "Permissions to use user-generated KMS keys" (Kinesis), "Monitoring DynamoDB interaction with AWS KMS",
    "Using server-side encryption with AWS KMS keys" (S3) and "Configuring AWS KMS permissions" (SNS). DynamoDB decrypts
    a table's key for whoever reads or writes, and its stream's records by the same.
    """
    service, _, action = request.action.partition(":")
    match service:
        case "dynamodb":
            wanted = ["Decrypt"] if action not in WITHOUT_DATA else []
        case "kinesis":
            wanted = {"GetRecords": ["Decrypt"], "PutRecords": ["GenerateDataKey"]}.get(action, [])
        case "s3":
            wanted = {"GetObject": ["Decrypt"], "PutObject": ["GenerateDataKey"]}.get(action, [])
        case "sns":
            wanted = ["Decrypt", "GenerateDataKey"]
        case _:
            wanted = []
    for each in wanted:
        yield Request(f"kms:{each}", key, {"kms:ViaService": (f"{service}.{REGION}.amazonaws.com",)})


def _on_table(operation: str, table: str, *leading: str) -> Request:
    return Request(f"dynamodb:{operation}", _arn("dynamodb", f"table/{table}"), {"dynamodb:LeadingKeys": leading})


def _leading_of(operation: str, parameters: Mapping[str, Any]) -> str:
    if operation != "Query":
        return _leading(parameters["Item" if operation == "PutItem" else "Key"])
    names = parameters.get("ExpressionAttributeNames", {})
    for name, value in re.findall(r"([#\w]+)\s*=\s*(:\w+)", parameters["KeyConditionExpression"]):
        if names.get(name, name) in PARTITION_KEYS:
            return str(parameters["ExpressionAttributeValues"][value]["S"])
    raise UnknownCallError(f"which partition does {parameters['KeyConditionExpression']!r} read?")


def _leading(item: Mapping[str, Any]) -> str:
    (value,) = [item[name]["S"] for name in PARTITION_KEYS if name in item]
    return str(value)


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"
