"""Whatever lies in the bucket, the look through it comes to its end, or says that it did not."""

import json
from typing import Any

import pytest

from consumers.failed_events import object_key
from consumers.redrive.bucket import Bucket
from consumers.redrive.marks import Mark
from consumers.redrive.selection import Selection
from consumers.redrive.survey import MOST_TOLD, Survey
from tests.unit.consumers.redrive.failures import a_failed_event
from tests.unit.consumers.redrive.test_bucket import FakeS3, a_bucket

EVENT = a_failed_event()
KEY = object_key([EVENT])


def a_survey(bucket: Bucket, **stop: Any) -> tuple[Survey, list[str]]:  # noqa: ANN401 - the survey's own argument
    told: list[str] = []
    return Survey(bucket, tell=told.append, **stop), told


def places(survey: Survey) -> list[str]:
    return [selected.event.sequence_number for selected in survey.failed_events(Selection())]


def with_lines(*lines: bytes) -> tuple[FakeS3, Bucket]:
    s3, bucket = a_bucket()
    s3.objects[KEY] = b"\n".join(lines) + b"\n"
    return s3, bucket


@pytest.mark.parametrize("damage", [("sequence_number", None), ("sequence_number", ""), ("arrived_at", "0001-01-01")])
def test_a_damaged_failed_event_does_not_hide_the_next(damage: tuple[str, object]) -> None:
    name, value = damage
    good = EVENT.to_json()
    fields = {**json.loads(good), name: value}
    _, bucket = with_lines(json.dumps(fields).encode(), good)
    survey, told = a_survey(bucket)
    assert places(survey) == ["4959"]
    assert (survey.not_readable, survey.stopped, len(told)) == (1, False, 1)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"places": [[1]]}', b"\xff"])
def test_a_damaged_mark_marks_nothing_and_ends_nothing(body: bytes) -> None:
    s3, bucket = with_lines(EVENT.to_json())
    s3.objects[f"redriven/{KEY}/x.json"] = body
    survey, _ = a_survey(bucket)
    assert [selected.mark for selected in survey.failed_events(Selection())] == [None]


def test_the_newest_of_several_marks_is_shown() -> None:
    _, bucket = with_lines(EVENT.to_json())
    for time, others in [("2026-11-23", ("1.0",)), ("2026-11-24", ()), ("2026-11-22", ("2.0",))]:
        bucket.put_mark(KEY, Mark(("4959.3", *others), time, "sent"))
    survey, _ = a_survey(bucket)
    assert [selected.mark and selected.mark.redriven_at for selected in survey.failed_events(Selection())] == [
        "2026-11-24"
    ]


def test_a_million_bad_lines_are_counted_and_the_first_hundred_told() -> None:
    _, bucket = with_lines(*[b""] * 5_000)
    survey, told = a_survey(bucket)
    assert places(survey) == []
    assert survey.not_readable == 5_000
    assert len(told) == MOST_TOLD + 1
    assert told[-1] == "more can't be read: from here on that is only counted"


@pytest.mark.parametrize("meant", [Selection(), Selection.of(reasons=("future",))])
def test_it_stops_when_it_is_told_to_also_among_what_is_not_meant(meant: Selection) -> None:
    _, bucket = with_lines(*(a_failed_event(sequence_number=str(number)).to_json() for number in range(1000)))
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(len(asked) >= 10)
        return asked[-1]

    survey, _ = a_survey(bucket, stop=stop)
    assert len(list(survey.failed_events(meant))) < 10
    assert survey.stopped
    assert len(asked) == 11
    assert survey.census(meant, lambda _number: None).rows() == []


def test_batches_have_neither_reason_nor_author() -> None:
    s3, bucket = a_bucket()
    s3.objects["aws/lambda/m/s/2026/11/21/x"] = b"no batch"
    survey, _ = a_survey(bucket)
    assert list(survey.discarded_batches(Selection.of(authors=("ada",)))) == []
    assert survey.not_readable == 0
