"""A key of one's own (`DataKeyArn`) encrypts all that holds events; who may use it is in test_least_privilege."""

from typing import Any

import pytest

from local.errors import ParameterError
from local.template.translation import Template
from tests.unit.translated_template import PATH, resolved, template_with

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def keyed(kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of the resources of a type, with a key and all that is optional and may hold data."""
    template = template_with(Archive="true", HostDashboard="true", SignIn="Cognito", DataKeyArn=KEY)
    return {name: each["Properties"] for name, each in resolved(template, kind).items()}


def test_it_encrypts_the_stream() -> None:
    (stream,) = keyed("AWS::Kinesis::Stream").values()
    assert stream["StreamEncryption"] == {"EncryptionType": "KMS", "KeyId": KEY}


def test_it_encrypts_both_tables() -> None:
    tables = keyed("AWS::DynamoDB::Table")
    assert set(tables) == {"PaneLogTable", "TrendsTable"}
    for table in tables.values():
        assert table["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}


def test_it_encrypts_events_in_buckets_and_not_the_pages_that_anybody_may_read() -> None:
    buckets = {
        name: each["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        for name, each in keyed("AWS::S3::Bucket").items()
    }
    rule = {
        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": True,
    }
    assert buckets["FailedEventsBucket"] == buckets["ArchiveBucket"] == [rule]
    assert buckets["DashboardBucket"] == [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]


def test_it_encrypts_alerts_and_those_that_could_not_be_delivered() -> None:
    assert keyed("AWS::SNS::Topic")["AlertsTopic"]["KmsMasterKeyId"] == KEY
    (queue,) = keyed("AWS::SQS::Queue").values()
    assert queue == {"MessageRetentionPeriod": 14 * 86_400, "KmsMasterKeyId": KEY}


def test_it_encrypts_every_log_group() -> None:
    groups = keyed("AWS::Logs::LogGroup")
    assert len(groups) == 9
    assert {each["KmsKeyId"] for each in groups.values()} == {KEY}


def test_a_producer_may_encrypt_by_the_stream_alone() -> None:
    template = template_with(DataKeyArn=KEY, ProducerPrincipals="arn:aws:iam::210987654321:role/shop")
    (policy,) = resolved(template, "AWS::IAM::Role")["ProducerRole"]["Properties"]["Policies"]
    _, statement = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", "kms:GenerateDataKey", KEY)
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "kinesis.R.amazonaws.com"}}


def test_without_a_key_nothing_speaks_of_one() -> None:
    for kind in ("AWS::IAM::Role", "AWS::Logs::LogGroup", "AWS::SQS::Queue", "AWS::S3::Bucket", "AWS::DynamoDB::Table"):
        text = str(resolved(template_with(Archive="true"), kind)).lower()
        assert "kms" not in text, kind


@pytest.mark.parametrize("key", ["alias/mine", "1234abcd-12ab-34cd-56ef-1234567890ab", KEY.replace(":key/", ":alias/")])
def test_what_names_no_key_is_refused(key: str) -> None:
    with pytest.raises(ParameterError, match="must be the ARN of a KMS key"):
        Template(PATH, {"DataKeyArn": key})
