"""Reading a batch of the log's stream, and answering which record to begin again with."""

import base64
from typing import Any, cast

import pytest

from consumers.pane_log.segment import Segment, encode
from consumers.rollup.stream import answer, read_batch
from tests.unit.consumers.rollup.making import a_segment


def as_lambda_sends(segment: Segment) -> dict[str, dict[str, str]]:
    """Return the new image of a segment's put: JSON, so binary values are base64 text."""
    item = cast(dict[str, dict[str, Any]], encode(segment))
    return {
        name: {kind: base64.b64encode(held).decode() if kind == "B" else held}
        for name, value in item.items()
        for kind, held in value.items()
    }


def a_record(sequence_number: str, image: dict[str, Any] | None, event: str = "INSERT") -> dict[str, Any]:
    change: dict[str, Any] = {"SequenceNumber": sequence_number, "StreamViewType": "NEW_IMAGE"}
    if image is not None:
        change["NewImage"] = image
    return {"eventName": event, "eventSource": "aws:dynamodb", "dynamodb": change}


def test_segments_come_out_as_they_were_put() -> None:
    read, unread = read_batch({"Records": [a_record("100", as_lambda_sends(a_segment(3, "rivers")))]})
    assert [(record.sequence_number, record.segment) for record in read] == [("100", a_segment(3, "rivers"))]
    assert not unread


def test_removals_and_changes_are_left_out() -> None:
    image = as_lambda_sends(a_segment())
    records = [a_record("1", None, "REMOVE"), a_record("2", image, "MODIFY")]
    assert read_batch({"Records": records}) == ([], [])


@pytest.mark.parametrize(
    "change",
    [{"v": {"N": "99"}}, {"v": {}}, {"address": {"S": "nowhere"}}, {"c": {"B": "AAAA"}}, {"segment": {"S": "x"}}],
)
def test_a_record_that_this_code_cannot_read_keeps_its_place_and_the_others_go_on(change: dict[str, Any]) -> None:
    records = [
        a_record("100", {**as_lambda_sends(a_segment()), **change}),
        a_record("101", as_lambda_sends(a_segment(1))),
    ]
    read, unread = read_batch({"Records": records})
    assert [record.sequence_number for record in read] == ["101"]
    assert [record.sequence_number for record in unread] == ["100"]


def test_an_event_of_another_shape_is_refused_as_a_whole() -> None:
    with pytest.raises(KeyError):
        read_batch({"Records": [a_record("100", None)]})
    with pytest.raises(KeyError):
        read_batch({})


def test_the_answer_names_the_lowest_number_not_the_first_text() -> None:
    assert answer(["100000", "99999"]) == {"batchItemFailures": [{"itemIdentifier": "99999"}]}
    assert answer([]) == {"batchItemFailures": []}
