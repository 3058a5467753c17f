"""The body of a PutRecords request, made by joining bytes; all else of the request is the boto3 client's.

Botocore makes it by way of dictionaries, text and ``json.dumps``, which costs more than aggregating the events and
signing the request together.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from penstock.delivery.record import Record
from penstock.errors import PenstockError

if TYPE_CHECKING:
    from types_boto3_kinesis import KinesisClient


class _Records(bytes):
    """A placeholder's data, empty, which brings the records along, so that they are known by the call they belong to.

    Attributes:
        parts: the records, as what to join.
    """

    parts: list[bytes]


# Passes botocore's checks of parameters and none of Kinesis's: were it ever sent, nothing would be written.
_PLACEHOLDER: Final[dict[str, Any]] = {"Data": b"", "PartitionKey": "-", "ExplicitHashKey": "placeholder"}
_PLACEHOLDER_JSON: Final = json.dumps({**_PLACEHOLDER, "Data": ""}).encode()

b64encode: Callable[[bytes], bytes]
try:
    # The extra "fast": with the processor's vector instructions, at a twentieth of the time.
    from pybase64 import b64encode
except ImportError:
    from base64 import b64encode

_PARTS: Final = "penstock_records"  # in botocore's context of a call


class UnfamiliarBodyError(PenstockError):
    """The client made a body in which there is no place for the records. Nothing was sent."""


def takes_ready_bodies(client: "KinesisClient") -> bool:
    """Prepare a client for ``put_records`` below; tell whether it is one of botocore's, which alone can be.

    Calls of ``PutRecords`` that others make with the client stay as they are.
    """
    from botocore.client import BaseClient

    if not isinstance(client, BaseClient):
        return False
    events = client.meta.events
    events.register_first("before-parameter-build.kinesis.PutRecords", _recognise, unique_id="penstock-recognise")
    events.register_first("before-call.kinesis.PutRecords", _fill_in, unique_id="penstock")
    return True


def put_records(client: "KinesisClient", stream: Mapping[str, str], records: Iterable[Record]) -> dict[str, Any]:
    """Make a PutRecords call with a client that ``takes_ready_bodies``; return its answer.

    The client serialises, as ever, a request with a placeholder for the records, so that its endpoint, headers and
    hooks are what they would be. Before it signs the request, the records' bytes take the placeholder's place.

    Args:
        client: the client.
        stream: ``StreamName`` or ``StreamARN``.
        records: what to put.

    Raises:
        UnfamiliarBodyError: if the client does not speak the protocol that is known here.
        Exception: whatever the client raises.
    """
    data = _Records()
    data.parts = encode(records)
    request: dict[str, Any] = {**stream, "Records": [{**_PLACEHOLDER, "Data": data}]}
    return client.put_records(**request)  # type: ignore[return-value]  # a typed dictionary is one


def encode(records: Iterable[Record]) -> list[bytes]:
    """Return the records in JSON, as what to join: an array without its brackets.

    Keys are escaped to ASCII. Data is not decoded on the way, since base64 needs no escaping.
    """
    parts: list[bytes] = []
    before = b'{"Data":"'
    for record in records:
        parts += (before, b64encode(record.data()), b'","PartitionKey":')
        hash_key = record.explicit_hash_key
        if hash_key is None:
            parts.append(json.dumps(record.partition_key).encode())
        else:
            keys = f'{json.dumps(record.partition_key)},"ExplicitHashKey":{json.dumps(hash_key)}'
            parts.append(keys.encode())
        before = b'},{"Data":"'
    parts.append(b"}")
    return parts


def _recognise(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    match params.get("Records"):
        case [{"Data": _Records(parts=parts)}]:
            context[_PARTS] = parts


def _fill_in(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    records: list[bytes] | None = context.pop(_PARTS, None)
    if records is None:
        return  # somebody else's call, maybe from a hook of this one
    before, placeholder, after = params["body"].partition(_PLACEHOLDER_JSON)
    if not placeholder:
        raise UnfamiliarBodyError(f"no place for the records in {params['body']!r:.200}")
    params["body"] = b"".join((before, *records, after))
