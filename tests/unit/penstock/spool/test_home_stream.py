from pathlib import Path

import pytest

from penstock.errors import SpoolError
from penstock.spool.home_stream import claim

ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/events"


@pytest.mark.parametrize(("first", "then"), [("events", "events"), ("events", ARN), (ARN, "events"), (ARN, ARN)])
def test_what_was_left_for_a_stream_goes_there(tmp_path: Path, first: str, then: str) -> None:
    claim(tmp_path, first, holds_events=False)
    claim(tmp_path, then, holds_events=True)


@pytest.mark.parametrize("other", ["alarms", ARN.replace("eu-west-1", "us-east-1"), ARN.replace("events", "alarms")])
def test_what_was_left_for_another_stream_stays(tmp_path: Path, other: str) -> None:
    claim(tmp_path, ARN, holds_events=False)
    for _ in range(2):
        with pytest.raises(SpoolError, match=f"holds events for {ARN}, not for {other}: use another directory, or"):
            claim(tmp_path, other, holds_events=True)
    claim(tmp_path, other, holds_events=False)
    with pytest.raises(SpoolError, match=f"holds events for {other}"):
        claim(tmp_path, ARN, holds_events=True)


def test_a_note_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "stream").write_bytes(b"\xff")
    with pytest.raises(SpoolError, match="cannot be used"):
        claim(tmp_path, "events", holds_events=True)
