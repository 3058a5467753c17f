"""The simulated services over HTTP: nothing lost under threads, records trimmed, no life of their own."""

import os
import select
import signal
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import urllib3
from botocore.exceptions import ClientError

from local.errors import ServicesError
from local.services.process import Services

WRITERS = 8


@pytest.fixture(scope="module")
def services(services: Services) -> Services:
    """Services with a stream and a table."""
    services.client("kinesis").create_stream(StreamName="words", ShardCount=2)
    services.client("dynamodb").create_table(
        TableName="log",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "a", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "a", "KeyType": "HASH"}],
    )
    return services


def records(services: Services, shard_id: str) -> list[bytes]:
    """Return what a shard of the stream holds."""
    client = services.client("kinesis")
    iterator = client.get_shard_iterator(StreamName="words", ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
    return [found["Data"] for found in client.get_records(ShardIterator=iterator["ShardIterator"])["Records"]]


def test_records_put_from_many_threads_are_all_there_until_trimmed(services: Services) -> None:
    client = services.client("kinesis")

    def put(writer: int) -> Counter[str]:
        shards: Counter[str] = Counter()
        for call in range(10):
            words = [f"{writer}-{call}-{number}" for number in range(20)]
            answer = client.put_records(
                StreamName="words", Records=[{"Data": word.encode(), "PartitionKey": word} for word in words]
            )
            shards.update(found["ShardId"] for found in answer["Records"])
        return shards

    with ThreadPoolExecutor(WRITERS) as pool:
        accepted = sum(pool.map(put, range(WRITERS)), Counter[str]())
    held = {shard: records(services, shard) for shard in accepted}
    assert {shard: len(set(found)) for shard, found in held.items()} == accepted
    assert accepted.total() == WRITERS * 200

    arn = client.describe_stream_summary(StreamName="words")["StreamDescriptionSummary"]["StreamARN"]
    shard = next(iter(accepted))
    services.trim(arn, shard, "10")
    assert records(services, shard) == held[shard][10:]


def test_of_many_conditional_puts_one_wins(services: Services) -> None:
    client = services.client("dynamodb")
    together = threading.Barrier(WRITERS)

    def put(item: int) -> bool:
        together.wait()
        try:
            client.put_item(
                TableName="log", Item={"a": {"S": str(item)}}, ConditionExpression="attribute_not_exists(a)"
            )
        except client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(WRITERS) as pool:
        for item in range(10):
            assert sum(pool.map(put, [item] * WRITERS)) == 1


def test_a_call_tells_the_units_of_its_size(services: Services) -> None:
    client = services.client("dynamodb")
    asked = {"TableName": "log", "ReturnConsumedCapacity": "TOTAL"}
    big = {"a": {"S": "big"}, "b": {"B": bytes(5_000)}}
    assert client.put_item(Item=big, **asked)["ConsumedCapacity"]["CapacityUnits"] == 5
    assert client.put_item(Item={"a": {"S": "big"}}, **asked)["ConsumedCapacity"]["CapacityUnits"] == 5


def test_objects_of_any_size_and_their_heads(services: Services) -> None:
    client = services.client("s3")
    client.create_bucket(Bucket="notes")
    for size in (0, 1, 3_000_000):
        client.put_object(Bucket="notes", Key=str(size), Body=bytes(size))
        assert client.head_object(Bucket="notes", Key=str(size))["ContentLength"] == size
        assert client.get_object(Bucket="notes", Key=str(size))["Body"].read() == bytes(size)


def test_a_connection_is_kept_for_many_calls(services: Services) -> None:
    with urllib3.HTTPConnectionPool("127.0.0.1", urlsplit(services.url).port, maxsize=1, retries=False) as pool:
        for _ in range(3):
            assert pool.request("GET", "/moto-api/data.json").status == 200
        assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_an_error_of_a_service_is_the_clients_exception(services: Services) -> None:
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        services.client("kinesis").describe_stream_summary(StreamName="absent")


def test_trimming_what_does_not_exist_is_an_error(services: Services) -> None:
    with pytest.raises(ServicesError, match="no such shard"):
        services.trim("arn:aws:kinesis:us-east-1:123456789012:stream/words", "shardId-9", "1")


@pytest.mark.parametrize(
    "headers",
    [{"Host": "rebound.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://page.example"}],
)
def test_a_page_of_the_web_cannot_wipe_the_services(services: Services, headers: dict[str, str]) -> None:
    answer = urllib3.request("POST", f"{services.url}/moto-api/reset", headers=headers, retries=False)
    assert answer.status == 403
    assert "log" in services.client("dynamodb").list_tables()["TableNames"]


def test_data_resources_that_cannot_be_made_are_one_line(services: Services) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"AttributeDefinitions": "odd"}}
    with pytest.raises(ServicesError, match=r"could not create the template's data resources") as caught:
        services.create({"Resources": {"Log": table}, "Outputs": {}}, {})
    assert "\n" not in str(caught.value)
    assert "AlreadyExists" not in str(caught.value)  # what a second attempt would answer
    assert "services.log says more" in str(caught.value)


def test_services_that_do_not_start_say_where_to_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    services = Services(tmp_path / "services.log")
    with pytest.raises(ServicesError, match=r"ended with status 1; .*services\.log says why"):
        services.wait()
    services.stop()


def test_no_process_outlives_a_stack_that_was_killed(tmp_path: Path) -> None:
    template = Path(__file__).parent / "small_stack" / "template.yaml"
    script = (
        "import sys, urllib.request; from pathlib import Path; from local.stack import LocalStack\n"
        f"stack = LocalStack.start(template=Path({str(template)!r}), port=0, directory=Path({str(tmp_path)!r}))\n"
        "urllib.request.urlopen(stack.url + '/echo/x').read()\n"
        "print(*stack.process_ids(), flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        handles = [os.pidfd_open(int(each)) for each in parent.stdout.readline().split()]
        parent.send_signal(signal.SIGKILL)
    assert len(handles) == 2
    for handle in handles:
        ended, _, _ = select.select([handle], [], [], 20)
        os.close(handle)
        assert ended
