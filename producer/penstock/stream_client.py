"""The calls to Kinesis: requests from the core's, answers and failures to the core's."""

import logging
from typing import TYPE_CHECKING, Any

from penstock.config import ProducerConfig
from penstock.delivery.calls import (
    Answer,
    Call,
    CallFailure,
    ListShards,
    ListShardsAnswer,
    PutRecords,
    PutRecordsAnswer,
    RecordAnswer,
)
from penstock.errors import ConfigurationError

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

_logger = logging.getLogger("penstock")


def make_client(config: ProducerConfig) -> "KinesisClient":
    """Return a boto3 client that suits a producer.

    It never retries, since the core does and knows more: which records, how often, and when. It does not check
    parameters, since the core makes them by the rules.

    Raises:
        ConfigurationError: if no region is configured.
    """
    import boto3  # here, since importing it takes longer than all of the SDK, and readers do not need it
    from botocore.config import Config
    from botocore.exceptions import NoRegionError

    try:
        return boto3.client(
            "kinesis",
            config=Config(
                retries={"total_max_attempts": 1, "mode": "standard"},
                connect_timeout=config.connect_timeout_seconds,
                read_timeout=config.read_timeout_seconds,
                tcp_keepalive=True,
                max_pool_connections=config.calls_in_flight + 1,
                parameter_validation=False,
                user_agent_extra="penstock",
            ),
        )
    except NoRegionError as error:
        raise ConfigurationError(
            "no AWS region is configured: set AWS_REGION, or pass client=boto3.client('kinesis', ...)"
        ) from error


class StreamClient:
    """Makes the core's calls for one stream. Safe between threads, as boto3's clients are.

    Args:
        client: a boto3 client for Kinesis.
        stream: the stream's name or ARN.
    """

    def __init__(self, client: "KinesisClient", stream: str) -> None:
        self._client = client
        self._stream = {"StreamARN" if stream.startswith("arn:") else "StreamName": stream}

    def make(self, call: Call) -> Answer:
        """Make a call; return the answer, or how it failed. Raises nothing."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            return self._put_records(call) if isinstance(call, PutRecords) else self._list_shards(call)
        except ClientError as error:
            details = error.response.get("Error", {})
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            return CallFailure(details.get("Code", "Unknown"), details.get("Message", ""), status)
        except (BotoCoreError, ResponseParserError, OSError) as error:
            return CallFailure(type(error).__name__, str(error), None)
        except Exception as error:
            # A client that was passed in can do anything; whatever it does must not end the thread.
            _logger.exception("the Kinesis client raised what no Kinesis client should")
            return CallFailure("UnexpectedException", repr(error), None)

    def _put_records(self, call: PutRecords) -> PutRecordsAnswer:
        request: dict[str, Any] = {**self._stream, "Records": call.entries()}
        response = self._client.put_records(**request)
        return PutRecordsAnswer(
            [
                RecordAnswer(
                    entry.get("ShardId", ""),
                    entry.get("SequenceNumber", ""),
                    entry.get("ErrorCode"),
                    entry.get("ErrorMessage", ""),
                )
                for entry in response["Records"]
            ]
        )

    def _list_shards(self, call: ListShards) -> ListShardsAnswer:
        # The token stands for the stream, which must not be named beside it (API reference, ListShards).
        request: dict[str, Any] = self._stream if call.next_token is None else {"NextToken": call.next_token}
        response: Any = self._client.list_shards(**request)
        return ListShardsAnswer(response["Shards"], response.get("NextToken"))
