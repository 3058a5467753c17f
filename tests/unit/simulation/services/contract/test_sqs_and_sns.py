"""SQS and SNS, rule by rule."""

import json
from typing import Any

from tests.unit.simulation.services.contract.rules import refused, rule
from tests.unit.simulation.services.contract.worlds import QUEUE, World

QUEUES = "SQS API Reference, "
TOPICS = "SNS API Reference, "


def received(client: Any, url: str, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a client's request
    return list(client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, **options).get("Messages", []))


@rule(QUEUES + "ReceiveMessage")
def test_a_message_that_is_received_is_unseen_for_a_while_and_comes_again(aws: World) -> None:
    client, url = aws.sqs()
    client.send_message(QueueUrl=url, MessageBody="one")
    assert [message["Body"] for message in received(client, url, VisibilityTimeout=30)] == ["one"]
    assert received(client, url) == []
    aws.now += 31
    assert [message["Body"] for message in received(client, url)] == ["one"]


@rule(QUEUES + "DeleteMessage")
def test_a_message_that_is_deleted_comes_no_more(aws: World) -> None:
    client, url = aws.sqs()
    client.send_message(QueueUrl=url, MessageBody="one")
    [message] = received(client, url)
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    aws.now += 31
    assert received(client, url) == []


@rule(QUEUES + "ReceiveMessage")
def test_an_answer_has_at_most_ten_messages(aws: World) -> None:
    client, url = aws.sqs()
    for number in range(11):
        client.send_message(QueueUrl=url, MessageBody=str(number))
    assert len(received(client, url)) <= 10
    with refused("InvalidParameterValue"):
        client.receive_message(QueueUrl=url, MaxNumberOfMessages=11)


@rule(QUEUES + "SendMessage")
def test_a_message_may_come_later(aws: World) -> None:
    client, url = aws.sqs()
    client.send_message(QueueUrl=url, MessageBody="one", DelaySeconds=60)
    assert received(client, url) == []
    aws.now += 61
    assert len(received(client, url)) == 1


@rule(QUEUES + "SendMessage")
def test_a_message_has_a_mebibyte(aws: World) -> None:
    client, url = aws.sqs()
    client.send_message(QueueUrl=url, MessageBody="x" * 2**20)
    with refused("InvalidParameterValue"):
        client.send_message(QueueUrl=url, MessageBody="x" * (2**20 + 1))


@rule(QUEUES + "SendMessage", moto="A message of a queue may have any characters.")
def test_not_every_character_can_be_sent(aws: World) -> None:
    client, url = aws.sqs()
    with refused("InvalidMessageContents"):
        client.send_message(QueueUrl=url, MessageBody="a\uffffb")


@rule(QUEUES + "SetQueueAttributes")
def test_a_message_is_gone_after_four_days(aws: World) -> None:
    client, url = aws.sqs()
    client.send_message(QueueUrl=url, MessageBody="one")
    aws.now += 4 * 86_400 + 1
    assert received(client, url) == []


@rule(QUEUES + "GetQueueUrl")
def test_a_queue_is_found_by_its_name(aws: World) -> None:
    client, url = aws.sqs()
    assert client.get_queue_url(QueueName=QUEUE)["QueueUrl"] == url
    with refused("AWS.SimpleQueueService.NonExistentQueue"):
        client.get_queue_url(QueueName="nothing")


@rule("SNS Developer Guide, Fanout to Amazon SQS queues")
def test_what_is_published_gets_to_the_queue_with_its_subject_and_attributes(aws: World) -> None:
    (topics, arn), (queues, url) = aws.sns(), aws.sqs()
    attributes = {"kind": {"DataType": "String", "StringValue": "surge"}}
    topics.publish(TopicArn=arn, Subject="News", Message="it rains", MessageAttributes=attributes)
    [message] = received(queues, url)
    told = json.loads(message["Body"])
    assert (told["Type"], told["TopicArn"], told["Subject"], told["Message"]) == (
        "Notification",
        arn,
        "News",
        "it rains",
    )
    assert told["MessageAttributes"] == {"kind": {"Type": "String", "Value": "surge"}}


@rule(TOPICS + "Publish")
def test_each_protocol_gets_its_message_or_the_default(aws: World) -> None:
    (topics, arn), (queues, url) = aws.sns(), aws.sqs()
    for messages in ({"default": "all", "sqs": "queue"}, {"default": "all", "email": "mail"}):
        topics.publish(TopicArn=arn, Message=json.dumps(messages), MessageStructure="json")
    assert [json.loads(message["Body"])["Message"] for message in received(queues, url)] == ["queue", "all"]


@rule(TOPICS + "Publish", moto="A message by protocol needs neither to be JSON nor to have a default.")
def test_a_message_by_protocol_has_a_default(aws: World) -> None:
    topics, arn = aws.sns()
    for message in ("no JSON", "{}", '{"sqs": "queue"}', '{"default": 7}'):
        with refused("InvalidParameter"):
            topics.publish(TopicArn=arn, Message=message, MessageStructure="json")


@rule(TOPICS + "Publish")
def test_a_subject_has_less_than_100_characters(aws: World) -> None:
    topics, arn = aws.sns()
    topics.publish(TopicArn=arn, Message="x", Subject="s" * 99)
    with refused("InvalidParameter"):
        topics.publish(TopicArn=arn, Message="x", Subject="s" * 101)


@rule(TOPICS + "Publish", moto="A subject may have line breaks, control characters and 100 characters.")
def test_a_subject_is_one_line(aws: World) -> None:
    topics, arn = aws.sns()
    for subject in ("two\nlines", "a\tb", "s" * 100):
        with refused("InvalidParameter"):
            topics.publish(TopicArn=arn, Message="x", Subject=subject)


@rule(TOPICS + "Publish")
def test_a_message_has_256_kibibytes(aws: World) -> None:
    topics, arn = aws.sns()
    topics.publish(TopicArn=arn, Message="x" * 2**18)
    with refused("InvalidParameter"):
        topics.publish(TopicArn=arn, Message="x" * (2**18 + 1))


@rule(TOPICS + "Publish")
def test_a_topic_that_is_not_there_is_missed(aws: World) -> None:
    topics, arn = aws.sns()
    with refused("NotFound"):
        topics.publish(TopicArn=arn + "-not", Message="x")
