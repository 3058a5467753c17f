"""What is printed acts on no terminal, whatever an event holds, and JSON stays JSON."""

import json

from hypothesis import given
from hypothesis import strategies as st

from consumers.command.output import json_line
from consumers.discarded_batch import DiscardedBatch
from consumers.failed_events import FieldError
from consumers.redrive.census import Census
from consumers.redrive.command import output
from consumers.redrive.marks import Mark
from consumers.redrive.report import FoldReport, SendReport
from consumers.redrive.survey import Selected, SelectedBatch
from tests.unit.consumers.redrive.failures import a_failed_event

HOSTILE = "\x1b]0;owned\x07\x9b31m\u202e\r\n"


def acts(text: str) -> bool:
    return any(
        (ord(character) < 32 and character != "\t") or 127 <= ord(character) < 160 or character == "\u202e"
        for character in text
    )


def a_selected(**changes: object) -> Selected:
    return Selected("failed-events/k", a_failed_event(**changes), Mark(("4959.3",), "2026-11-22", "sent", "lang=und"))


@given(st.binary(), st.text(), st.text())
def test_nothing_in_an_event_acts_on_the_terminal(data: bytes, key: str, message: str) -> None:
    selected = a_selected(data=data, partition_key=key, errors=(FieldError("", message),))
    assert not any(map(acts, output.event_lines(selected)))
    line = json_line(output.event_fields(selected))
    assert not acts(line)
    assert json.loads(line)["partition_key"] == key


def test_one_event_is_shown_with_all_its_fields() -> None:
    lines = list(output.event_lines(a_selected(data=HOSTILE.encode())))
    shown = "\n".join(lines)
    for part in ("failed-events/k#4959.3", "invalid", "kind: Field required", "stream/events", "4959, sub-sequence 3"):
        assert part in shown
    assert "2026-11-22, sent lang=und" in shown
    assert lines[-1] == r"\x1b]0;owned\x07\x9b31m\u202e\x0d\x0a"


def test_the_census_is_a_table() -> None:
    census = Census()
    census.count(a_failed_event(), redriven=False)
    census.count_batch("2026-11-22", "RecordAgeExceeded", 1200, ("2026-11-21T00:38:04", "x"), redriven=True)
    lines = list(output.census_lines(census.rows()))
    assert lines[:3] == [
        "day         reason                                   events  redriven  oldest    newest",
        "2026-11-21  invalid                                       1         0  09:30:10  09:30:10",
        "2026-11-22  RecordAgeExceeded, discarded batches: 1   1,200     1,200  00:38:04  x",
    ]
    assert list(output.census_lines([])) == ["no failed events"]


def test_a_discarded_batch_is_a_row_with_its_key() -> None:
    batch = DiscardedBatch("RecordAgeExceeded", ("2026-11-21T00:38:04", "x"), [{}, {}], [2])
    assert output.batch_row(SelectedBatch("aws/lambda/k", batch, None)) == (
        "2026-11-21T00:38:04",
        "RecordAgeExceeded",
        "",
        "discarded batch, records: 3, not as documented: 1",
        "aws/lambda/k",
    )


def test_a_report_says_what_to_do_next() -> None:
    report = SendReport(selected=9, sent=3, already_redriven=2)
    report.held_back["future"] = 1
    report.advice["future"] = "send it later"
    report.undelivered["ExpiredError"] = 2
    report.not_readable = 1
    shown = "\n".join(output.send_lines(report))
    for part in ("--again", "future: send it later", "ExpiredError; not marked, run it again", "not readable"):
        assert part in shown
    assert not report.well
    assert SendReport(held_back=report.held_back, complete=True).well

    assert "not complete" in shown
    assert "not complete" not in "\n".join(output.send_lines(SendReport(complete=True)))

    folded = FoldReport(batches=2, folded_batches=1, counted=5)
    folded.unfinished["ThrottlingException"] = 1
    folded.unfinished["Malformed"] = 2
    folded.failed["too_late"] = 1
    shown = "\n".join(output.fold_lines(folded))
    assert "too_late; failed events now" in shown
    assert "ThrottlingException; not marked, run it again" in shown
    assert "Malformed; not marked, their other records are folded" in shown
    assert not folded.well
    assert json.loads(json_line(folded.as_dict()))["unfinished"] == {"ThrottlingException": 1, "Malformed": 2}
