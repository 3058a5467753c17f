"""DynamoDB Streams in memory: the changes of tables as shards, behind boto3's client."""

from simulation.services.dynamodb_streams.client import SimulatedDynamoDBStreams
from simulation.services.dynamodb_streams.stream import TableStream, ViewType

__all__ = ["SimulatedDynamoDBStreams", "TableStream", "ViewType"]
