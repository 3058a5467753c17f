"""The calls to Kinesis: requests from the core's, answers and failures to the core's."""

import logging
from typing import TYPE_CHECKING, Any

from penstock.call_failures import call_failure
from penstock.delivery.calls import (
    MALFORMED,
    Answer,
    Call,
    CallFailure,
    ListShards,
    ListShardsAnswer,
    PutRecords,
    PutRecordsAnswer,
    RecordAnswer,
)
from penstock.delivery.verdicts import name_wrong_clock
from penstock.put_records_body import UnfamiliarBodyError, put_records, takes_ready_bodies
from penstock.routing import read_shard
from penstock.stream_name import stream_parameter

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
        self._stream = stream_parameter(stream)
        self._takes_ready_bodies = takes_ready_bodies(client)

    def make(self, call: Call) -> Answer:
        """Make a call; return the answer, or how it failed. Raises nothing."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        try:
            response = self._put_records(call) if isinstance(call, PutRecords) else self._list_shards(call)
        except (ClientError, BotoCoreError, ResponseParserError, OSError) as error:
            failure = call_failure(error)
            return CallFailure(*name_wrong_clock(failure.code, failure.message), failure.status)
        except Exception as error:
            # A client that was passed in can do anything; whatever it does must not end the thread.
            _logger.exception("the Kinesis client raised what no Kinesis client should")
            return CallFailure("UnexpectedException", repr(error), None)
        try:
            return _read_put(response) if isinstance(call, PutRecords) else _read_listing(response)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # What makes no sense is no refusal: the call may have been carried out.
            message = f"the answer lacks what every answer has ({error!r}): {response!r:.200}"
            return CallFailure(MALFORMED, message, None)

    def _put_records(self, call: PutRecords) -> Any:  # noqa: ANN401 - whatever the client answers
        if self._takes_ready_bodies:
            try:
                return put_records(self._client, self._stream, call.records)
            except UnfamiliarBodyError as error:
                self._takes_ready_bodies = False
                _logger.warning("the Kinesis client serialises requests in its own way, which is slower: %s", error)
        request: dict[str, Any] = {**self._stream, "Records": call.entries()}
        return self._client.put_records(**request)

    def _list_shards(self, call: ListShards) -> Any:  # noqa: ANN401 - whatever the client answers
        # The token stands for the stream, which must not be named beside it (API reference, ListShards).
        request: dict[str, Any] = self._stream if call.next_token is None else {"NextToken": call.next_token}
        return self._client.list_shards(**request)


def _read_put(response: Any) -> PutRecordsAnswer:  # noqa: ANN401 - whatever the client answers
    return PutRecordsAnswer([_read_entry(entry) for entry in response["Records"]])


def _read_entry(entry: Any) -> RecordAnswer:  # noqa: ANN401 - whatever the client answers
    code = entry.get("ErrorCode")
    if code is not None:
        return RecordAnswer(error_code=str(code), error_message=str(entry.get("ErrorMessage") or ""))
    shard_id, sequence_number = entry.get("ShardId"), entry.get("SequenceNumber")
    if not shard_id or not sequence_number:
        # A record that was written has both (API reference, PutRecordsResultEntry).
        return RecordAnswer(error_code=MALFORMED, error_message=f"neither a place nor an error: {entry!r:.200}")
    return RecordAnswer(str(shard_id), str(sequence_number))


def _read_listing(response: Any) -> ListShardsAnswer:  # noqa: ANN401 - whatever the client answers
    shards = list(response["Shards"])
    for entry in shards:
        read_shard(entry)
    token = response.get("NextToken")
    return ListShardsAnswer(shards, None if token is None else str(token))
