import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from penstock.events import SocialEvent
from penstock.sources.source import MAX_RAW_BYTES, raw_event


@given(st.binary())
def test_bytes_travel_as_they_are_with_a_key_of_their_own(data: bytes) -> None:
    event = raw_event(data)
    assert event.data == data
    assert event == raw_event(data)
    assert 1 <= len(event.partition_key) <= 256
    assert event.partition_key != raw_event(data + b"x").partition_key


def test_as_many_bytes_as_a_record_holds_are_not_touched() -> None:
    data = b"x" * MAX_RAW_BYTES
    assert raw_event(data).data is data


def test_more_bytes_than_a_record_holds_are_described_instead_of_lost() -> None:
    data = b"\xff{" + b"x" * MAX_RAW_BYTES
    event = raw_event(data)
    described = json.loads(event.data)["oversized"]
    assert described["bytes"] == len(data)
    assert described["sha256"] == hashlib.sha256(data).hexdigest()
    assert described["beginning"].startswith("\ufffd{xxx")
    assert len(event.data) < 1000
    assert raw_event(data) == event


def test_a_description_is_no_event_either() -> None:
    with pytest.raises(ValidationError):
        SocialEvent.model_validate_json(raw_event(b"x" * (MAX_RAW_BYTES + 1)).data)
