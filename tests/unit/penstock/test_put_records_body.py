import base64
import hashlib
import hmac
import importlib.util
import json
import logging
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st
from types_boto3_kinesis import KinesisClient

from penstock import put_records_body
from penstock.aggregation import UserRecord
from penstock.delivery.calls import CallFailure, PutRecords, PutRecordsAnswer, RecordAnswer
from penstock.delivery.lanes import UNROUTED
from penstock.delivery.record import PlainRecord
from penstock.put_records_body import _PLACEHOLDER, _fill_in
from penstock.stream_client import StreamClient

ODD_KEYS = ['"', "\\", '\\"', "\x00\x1f\x7f", "\n\t\r", "é", "\u2028", "𝄞", "ключ", '","Data":"', "</script>"]


def record(key: str, data: bytes, hash_key: str | None = None) -> PlainRecord:
    return PlainRecord(1, UNROUTED, UserRecord(key, hash_key, data))


class Raw(BytesIO):
    def stream(self, **_: object) -> Iterator[bytes]:
        yield self.read()


class Sent(NamedTuple):
    method: str
    url: str
    headers: dict[str, str]
    body: bytes


class Wire:
    """A botocore client whose requests end below its HTTP layer, where each is kept and answered."""

    def __init__(self, **config: Any) -> None:  # noqa: ANN401 - options of botocore's
        self.requests: list[Sent] = []
        self.statuses: list[int] = []
        self.client: KinesisClient = boto3.client(
            "kinesis",
            region_name="eu-central-1",
            aws_access_key_id="AKIDEXAMPLE",
            aws_secret_access_key="secret",  # noqa: S106 - signs requests that go nowhere
            config=Config(**{"retries": {"total_max_attempts": 1}, **config}),
        )
        self.events = cast(Any, self.client.meta.events)
        self.events.register("before-send.kinesis", self._answer)

    def _answer(self, request: Any, **_: object) -> AWSResponse:  # noqa: ANN401 - its type has no known fields
        headers = {name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()}
        self.requests.append(Sent(request.method, request.url, headers, request.body))
        status = self.statuses.pop(0) if self.statuses else 200
        count = len(json.loads(request.body)["Records"])
        answer = {"Records": [{"ShardId": "shardId-000000000000", "SequenceNumber": str(n)} for n in range(count)]}
        empty: Any = {}
        return AWSResponse(request.url, status, empty, Raw(json.dumps(answer).encode()))

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.body) for request in self.requests]


def signature(request: Sent) -> str:
    """Sign a request by hand (AWS General Reference, "Signature Version 4 signing process")."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    found = re.search(r"Credential=\w+/([\w/-]+), SignedHeaders=([\w;-]+)", headers["authorization"])
    assert found is not None
    scope, signed = found.groups()
    url = urlsplit(request.url)
    headers.setdefault("host", url.netloc)
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in signed.split(";"))
    canonical = f"{request.method}\n{url.path or '/'}\n\n{lines}\n{signed}\n{hashlib.sha256(request.body).hexdigest()}"
    text = f"AWS4-HMAC-SHA256\n{headers['x-amz-date']}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"AWS4secret"
    for part in (*scope.split("/"), text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire()  # making a client takes longer than all these tests


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20) | st.sampled_from(ODD_KEYS),
            st.binary(max_size=100),
            st.none() | st.integers(0, 2**128 - 1).map(str),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_body_means_what_botocore_s_own_would(wire: Wire, events: list[tuple[str, bytes, str | None]]) -> None:
    call = PutRecords([record(key, data, hash_key) for key, data, hash_key in events], 0.0)
    wire.requests.clear()
    wire.client.put_records(StreamName="events", Records=call.entries())  # type: ignore[arg-type]  # plain dictionaries
    StreamClient(wire.client, "events").make(call)
    theirs, ours = wire.requests
    assert json.loads(ours.body) == json.loads(theirs.body)
    assert ours.body.isascii()
    varying = {"Authorization", "Content-Length", "X-Amz-Date", "amz-sdk-invocation-id"}
    assert {name: value for name, value in ours.headers.items() if name not in varying} == {
        name: value for name, value in theirs.headers.items() if name not in varying
    }


@pytest.mark.parametrize("key", ODD_KEYS)
def test_the_signature_and_the_length_are_those_of_the_body(wire: Wire, key: str) -> None:
    wire.requests.clear()
    answer = StreamClient(wire.client, "events").make(PutRecords([record(key, b"\xff" * 1000)], 0.0))
    assert answer == PutRecordsAnswer([RecordAnswer("shardId-000000000000", "0")])
    (request,) = wire.requests
    assert signature(request) in request.headers["Authorization"]
    assert int(request.headers["Content-Length"]) == len(request.body)


def test_a_stream_s_arn_is_in_the_body() -> None:
    arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/events"
    wire = Wire()
    StreamClient(wire.client, arn).make(PutRecords([record("key", b"data")], 0.0))
    assert wire.bodies == [{"StreamARN": arn, "Records": [{"Data": "ZGF0YQ==", "PartitionKey": "key"}]}]


def test_a_try_that_the_client_repeats_has_the_same_body() -> None:
    wire = Wire(retries={"total_max_attempts": 2, "mode": "standard"})
    wire.events.register("needs-retry.kinesis", lambda response, **_: 0 if response[0].status_code == 500 else None)
    wire.statuses = [500]
    StreamClient(wire.client, "events").make(PutRecords([record("key", b"data")], 0.0))
    first, second = wire.requests
    assert first.body == second.body
    assert signature(second) in second.headers["Authorization"]


def test_other_calls_with_the_client_are_left_alone(wire: Wire) -> None:
    wire.requests.clear()
    StreamClient(wire.client, "events")
    StreamClient(wire.client, "others").make(PutRecords([record("key", b"data")], 0.0))
    wire.client.put_records(StreamName="theirs", Records=[{"Data": b"-", "PartitionKey": "k"}])
    assert [body["StreamName"] for body in wire.bodies] == ["others", "theirs"]
    assert wire.bodies[1]["Records"] == [{"Data": "LQ==", "PartitionKey": "k"}]


def test_threads_share_a_client(wire: Wire) -> None:
    wire.requests.clear()
    client = StreamClient(wire.client, "events")
    calls = [PutRecords([record(f"key {n}", b"x" * n)] * (n + 1), 0.0) for n in range(40)]
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(client.make, calls))
    assert [len(answer.records) for answer in answers if isinstance(answer, PutRecordsAnswer)] == list(range(1, 41))
    assert sorted(len(body["Records"]) for body in wire.bodies) == list(range(1, 41))
    for body in wire.bodies:
        assert {entry["PartitionKey"] for entry in body["Records"]} == {f"key {len(body['Records']) - 1}"}


def test_hooks_of_the_client_s_owner_see_the_body_that_is_sent() -> None:
    wire, seen = Wire(), list[bytes]()
    StreamClient(wire.client, "other")
    wire.events.register("before-call.kinesis", lambda params, **_: seen.append(params["body"]))
    StreamClient(wire.client, "events").make(PutRecords([record("key", b"data")], 0.0))
    assert seen == [wire.requests[0].body]


@pytest.mark.parametrize("event", ["provide-client-params", "before-parameter-build", "before-call"])
def test_a_hook_can_put_with_the_same_client(event: str) -> None:
    wire = Wire()
    client = StreamClient(wire.client, "events")
    busy: list[bool] = []

    def audit(**_: object) -> None:
        if not busy:
            busy.append(True)
            wire.client.put_records(StreamName="audit", Records=[{"Data": b"-", "PartitionKey": "k"}])

    wire.events.register(f"{event}.kinesis.PutRecords", audit)
    answer = client.make(PutRecords([record("key", b"data")], 0.0))
    assert answer == PutRecordsAnswer([RecordAnswer("shardId-000000000000", "0")])
    assert wire.bodies == [
        {"StreamName": "audit", "Records": [{"Data": "LQ==", "PartitionKey": "k"}]},
        {"StreamName": "events", "Records": [{"Data": "ZGF0YQ==", "PartitionKey": "key"}]},
    ]


def test_a_failed_call_leaves_nothing_behind(wire: Wire) -> None:
    def fail(**_: object) -> None:
        raise ConnectionResetError("reset by peer")

    wire.requests.clear()
    wire.events.register_first("before-call.kinesis.PutRecords", fail, unique_id="fail")
    client = StreamClient(wire.client, "events")
    answer = client.make(PutRecords([record("key", b"data")], 0.0))
    wire.events.unregister("before-call.kinesis.PutRecords", unique_id="fail")
    assert isinstance(answer, CallFailure)
    wire.client.put_records(StreamName="theirs", Records=[{"Data": b"-", "PartitionKey": "k"}])
    assert wire.bodies[-1]["Records"] == [{"Data": "LQ==", "PartitionKey": "k"}]


def test_a_client_that_serialises_in_another_way_gets_plain_calls(caplog: pytest.LogCaptureFixture) -> None:
    def reformat(params: dict[str, Any], **_: object) -> None:
        params["body"] = json.dumps(json.loads(params["body"]), separators=(",", ":")).encode()

    wire = Wire()
    wire.events.register_first("before-call.kinesis.PutRecords", reformat)
    client = StreamClient(wire.client, "events")
    wire.events.unregister("before-call.kinesis.PutRecords", unique_id="penstock")
    wire.events.register("before-call.kinesis.PutRecords", _fill_in, unique_id="penstock")
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            client.make(PutRecords([record("key", b"data")], 0.0))
    assert [body["Records"] for body in wire.bodies] == [[{"Data": "ZGF0YQ==", "PartitionKey": "key"}]] * 2
    assert caplog.text.count("in its own way") == 1


def test_the_placeholder_could_not_be_written() -> None:
    # Were it ever sent, Kinesis would refuse it: an explicit hash key is a number (API reference).
    assert not _PLACEHOLDER["ExplicitHashKey"].isdecimal()


def test_without_the_fast_encoder_there_is_python_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pybase64", None)
    spec = importlib.util.spec_from_file_location("slow_body", put_records_body.__file__)
    assert spec is not None
    assert spec.loader is not None
    slow = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(slow)
    assert slow.b64encode is base64.b64encode
    assert put_records_body.b64encode is not base64.b64encode
    for data in (b"", b"\x00", bytes(range(256)) * 5):
        assert slow.b64encode(data) == put_records_body.b64encode(data)
