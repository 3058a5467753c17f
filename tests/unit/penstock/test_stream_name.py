from typing import Any

import pytest

from penstock.errors import ConfigurationError
from penstock.stream_name import check_stream_name, region_of

ARN = "arn:aws:kinesis:eu-central-1:123456789012:stream/social-events"


@pytest.mark.parametrize(
    "stream", ["s", "a" * 128, "Social_events-1.2", ARN, ARN.replace("aws", "aws-us-gov"), ARN.replace("aws", "aws-cn")]
)
def test_a_stream_has_a_name_or_an_arn(stream: str) -> None:
    check_stream_name(stream)


@pytest.mark.parametrize(
    "stream",
    [
        "",
        "a" * 129,
        "social events",
        "social-events\n",
        "stream/social-events",
        None,
        b"social-events",
        ARN.replace("kinesis", "dynamodb"),
        ARN.replace("123456789012", "1234"),
        ARN + "/consumer/app:1525898737",
    ],
)
def test_what_can_be_no_stream_is_refused_by_name(stream: Any) -> None:  # noqa: ANN401 - anything can be given
    with pytest.raises(ConfigurationError) as raised:
        check_stream_name(stream)
    assert repr(stream) in str(raised.value)


def test_an_arn_names_a_region() -> None:
    assert region_of(ARN) == "eu-central-1"
    assert region_of("social-events") is None
    assert region_of(ARN.replace("eu-central-1", "")) is None
