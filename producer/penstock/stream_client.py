"""The calls to Kinesis: requests from the core's, answers and failures to the core's."""

import logging
from typing import TYPE_CHECKING, Any

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
from penstock.put_records_body import UnfamiliarBodyError, put_records, takes_ready_bodies

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient

_logger = logging.getLogger("penstock")


class StreamClient:
    """Makes the core's calls for one stream. Safe between threads, as boto3's clients are.

    Args:
        client: a boto3 client for Kinesis.
        stream: the stream's name or ARN.
    """

    def __init__(self, client: "KinesisClient", stream: str) -> None:
        self._client = client
        self._stream = {"StreamARN" if stream.startswith("arn:") else "StreamName": stream}
        self._takes_ready_bodies = takes_ready_bodies(client)

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
        response = self._ask_to_put(call)
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

    def _ask_to_put(self, call: PutRecords) -> Any:  # noqa: ANN401 - whatever the client answers
        if self._takes_ready_bodies:
            try:
                return put_records(self._client, self._stream, call.records)
            except UnfamiliarBodyError as error:
                self._takes_ready_bodies = False
                _logger.warning("the Kinesis client serialises requests in its own way, which is slower: %s", error)
        request: dict[str, Any] = {**self._stream, "Records": call.entries()}
        return self._client.put_records(**request)

    def _list_shards(self, call: ListShards) -> ListShardsAnswer:
        # The token stands for the stream, which must not be named beside it (API reference, ListShards).
        request: dict[str, Any] = self._stream if call.next_token is None else {"NextToken": call.next_token}
        response: Any = self._client.list_shards(**request)
        return ListShardsAnswer(response["Shards"], response.get("NextToken"))
