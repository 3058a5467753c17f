"""Penstock's producer SDK: send social events to Amazon Kinesis Data Streams."""

from penstock.events import KINDS, Kind, SocialEvent

__all__ = ["KINDS", "Kind", "SocialEvent"]
