"""Kinesis Data Streams in memory: streams, their shards and limits, behind boto3's client."""

from simulation.services.kinesis.client import SimulatedKinesis
from simulation.services.kinesis.stream import Stream

__all__ = ["SimulatedKinesis", "Stream"]
