"""Publishes alerts to their topic."""

from typing import TYPE_CHECKING

from consumers.alerts.alert import Alert
from consumers.alerts.message import message

if TYPE_CHECKING:
    from types_boto3_sns import SNSClient


class Publisher:
    """A topic."""

    def __init__(self, client: "SNSClient", topic: str, dashboard: str | None) -> None:
        """Publish to the topic with ARN `topic`; link to the dashboard at that address, where there is one."""
        self._client = client
        self._topic = topic
        self._dashboard = dashboard

    def publish(self, alert: Alert) -> None:
        """Publish an alert; after an error it may or may not have been published.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the call failed for good.
        """
        subject, body, attributes = message(alert, self._dashboard)
        self._client.publish(
            TopicArn=self._topic,
            Subject=subject,
            Message=body,
            MessageStructure="json",
            MessageAttributes={
                name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()
            },
        )
