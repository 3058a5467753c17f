"""The local stack runs a template of every kind of thing it knows, end to end, in processes of its own."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3

from local.errors import PortInUseError
from local.stack import LocalStack

TEMPLATE = Path(__file__).parent / "small_stack" / "template.yaml"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """One stack for the module: starting it takes seconds."""
    with LocalStack.start(
        template=TEMPLATE, port=0, directory=tmp_path_factory.mktemp("stack"), parameters={"Shards": "3"}
    ) as running:
        yield running


def http(stack: LocalStack, method: str, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
    """Ask the gateway."""
    return urllib3.request(method, stack.url + path, headers=headers, retries=False)


def keys(stack: LocalStack) -> list[str]:
    """Return the names of all objects in the bucket."""
    listing = stack.client("s3").list_objects_v2(Bucket=stack.outputs["BucketName"])
    return [found["Key"] for found in listing.get("Contents", [])]


def alive(process_id: int) -> bool:
    """Tell whether a process still runs."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_record_runs_through_both_mappings(stack: LocalStack) -> None:
    words = [f"word-{number}" for number in range(50)]
    records = [{"Data": word.encode(), "PartitionKey": word} for word in words]
    stack.client("kinesis").put_records(StreamName=stack.outputs["StreamName"], Records=records)
    assert stack.wait_until_idle(60)
    assert stack.lag() == 0
    assert sorted(keys(stack)) == sorted(words)
    assert stack.metrics.total("WordsCopied", service="small") == len(words)
    assert stack.failed_invocations() == 0


def test_a_failed_invocation_is_counted_and_its_record_delivered_again(stack: LocalStack) -> None:
    before = stack.failed_invocations()
    stack.client("kinesis").put_record(StreamName=stack.outputs["StreamName"], Data=b"fail-once", PartitionKey="a")
    assert stack.wait_until_idle(60)
    assert stack.failed_invocations() > before
    assert "fail-once" in keys(stack)


def test_parameters_reach_the_services(stack: LocalStack) -> None:
    shards = stack.client("kinesis").list_shards(StreamName=stack.outputs["StreamName"])["Shards"]
    assert len(shards) == 3


def test_the_api_answers_through_the_function(stack: LocalStack) -> None:
    answer = http(stack, "GET", "/echo/a%2Fb?x=1&x=%C3%A9")
    body = json.loads(answer.data)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert body["what"] == "a%2Fb"
    assert body["query"] == {"x": ["1", "é"]}
    assert 0 < body["remaining"] <= 2000


def test_a_function_sees_lambdas_variables_and_nothing_of_the_users(
    stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "of the user")
    names = json.loads(http(stack, "GET", "/echo/x").data)["environment"]
    assert {"AWS_LAMBDA_FUNCTION_NAME", "AWS_ENDPOINT_URL", "POWERTOOLS_SERVICE_NAME"} <= set(names)
    assert not {"A_SECRET", "HOME", "AWS_PROFILE"} & set(names)


def test_an_environment_is_kept_for_the_next_request(stack: LocalStack) -> None:
    first, second = (json.loads(http(stack, "GET", "/echo/x").data)["process"] for _ in range(2))
    assert first == second


@pytest.mark.parametrize("kind", ["raise", "crash", "hang", "nonsense"])
def test_a_function_that_fails_is_a_502_and_the_next_request_is_served(stack: LocalStack, kind: str) -> None:
    assert http(stack, "POST", f"/fault/{kind}").status == 502
    assert http(stack, "GET", "/echo/x").status == 200


def test_outputs_name_the_gateway_as_the_api(stack: LocalStack) -> None:
    assert stack.outputs["ApiUrl"] == stack.url


def test_pages_of_other_names_are_refused(stack: LocalStack) -> None:
    assert http(stack, "GET", "/echo/x", Host="rebound.example").status == 403


def test_a_port_in_use_is_named(stack: LocalStack, tmp_path: Path) -> None:
    port = int(stack.url.rsplit(":", 1)[1])
    with pytest.raises(PortInUseError, match=f"port {port} of 127.0.0.1 is in use"):
        LocalStack.start(template=TEMPLATE, port=port, directory=tmp_path)


def test_each_stack_has_a_folder_of_logs_of_its_own(stack: LocalStack) -> None:
    assert {each.name for each in stack.directory.iterdir()} == {
        "stack.log",
        "services.log",
        *(f"{function}.log" for function in stack.resources.functions),
    }
    assert (stack.directory.parent / "latest").resolve() == stack.directory.resolve()


def test_stopping_ends_every_process_and_may_be_repeated(tmp_path: Path) -> None:
    stack = LocalStack.start(template=TEMPLATE, port=0, directory=tmp_path)
    assert http(stack, "GET", "/echo/x").status == 200
    processes = stack.process_ids()
    assert len(processes) == 2
    stack.stop()
    stack.stop()
    assert not any(alive(each) for each in processes)
