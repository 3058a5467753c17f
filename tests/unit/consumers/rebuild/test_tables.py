"""A rebuild's tables are encrypted as the stack's own."""

from typing import Any, cast

import pytest

from consumers.rebuild.tables import Names, TableSet

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


class DynamoDB:
    """Tables as far as they are made; AWS describes those of its own key by that key's name, too."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []

    def describe_table(self, **_: object) -> dict[str, Any]:
        encryption = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "arn:of-aws"}
        return {"Table": {"AttributeDefinitions": [], "KeySchema": [], "SSEDescription": encryption}}

    def create_table(self, **settings: Any) -> None:  # noqa: ANN401 - as boto3 has it
        self.made.append(settings)

    def get_waiter(self, _name: str) -> "DynamoDB":
        return self

    def wait(self, **_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("key", "encryption"),
    [(KEY, {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}), (None, {"Enabled": True})],
)
def test_they_have_the_stacks_key_or_none_of_ones_own(key: str | None, encryption: dict[str, object]) -> None:
    dynamodb = DynamoDB()
    TableSet(cast(Any, dynamodb), Names.of("rebuilt"), like=Names.of("own"), key=key).create()
    assert [each["SSESpecification"] for each in dynamodb.made] == [encryption] * 2
