import pytest

from penstock.delivery import verdicts
from penstock.remedies import remedy, with_remedy


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("ProvisionedThroughputExceededException", "update-shard-count"),
        ("LimitExceededException", "shard_refresh_seconds"),
        ("KMSAccessDeniedException", "kms:GenerateDataKey"),
        ("KMSThrottlingException", "quota of KMS"),
        ("NoCredentialsError", "get-caller-identity"),
        ("CredentialRetrievalError", "metadata service"),
        ("ExpiredTokenException", "renew"),
        ("AccessDeniedException", "kinesis:PutRecords"),
        ("SignatureDoesNotMatch", "clock"),
        ("EndpointConnectionError", "VPC endpoint"),
        ("ReadTimeoutError", "read_timeout_seconds"),
        ("InternalFailure", "Health Dashboard"),
    ],
)
def test_what_to_do_depends_on_the_error(code: str, advice: str) -> None:
    assert advice in (remedy(code) or "")


def test_every_kind_of_throttling_has_a_remedy() -> None:
    assert [code for code in verdicts._THROTTLED if remedy(code) is None] == []


def test_an_error_is_told_with_its_message_and_what_to_do() -> None:
    assert with_remedy("SomethingNew", "odd") == "SomethingNew: odd"
    assert with_remedy("SomethingNew", "") == "SomethingNew"
    assert with_remedy("KMSOptInRequired", "no") == "KMSOptInRequired: no; the account has to be subscribed to KMS"
    assert len(with_remedy("SomethingNew", "odd" * 1000)) < 400
