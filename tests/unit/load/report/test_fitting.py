"""Lines that fit the terminal they are shown on."""

import os
import sys

import pytest

from load.report.fitting import fitted, parted, room
from load.report.model import Finding, Function, Generator, Shard, Table
from load.report.text import lines
from tests.unit.load.report.a_report import distribution, report

SENTENCE = "overload: the stream refused records, and twelve shards would have taken all of the peak of these events"


def test_sentences_are_wrapped_at_words_to_the_width() -> None:
    shown = list(fitted(["short", SENTENCE, ""], 40))
    assert (shown[0], shown[-1]) == ("short", "")
    assert all(len(line) <= 40 for line in shown)
    assert " ".join(line.strip() for line in shown[1:-1]) == SENTENCE
    assert all(line.startswith("  ") for line in shown[2:-1])


def test_what_is_in_columns_goes_on_in_its_column() -> None:
    told = "put        0.10 s   median of all that were sent"
    assert list(fitted([told], 32)) == ["put        0.10 s   median of", "           all that were sent"]
    assert next(fitted(["name  " + "x" * 70], 40)) == "name", "a path stays whole"


def test_nothing_is_wrapped_where_no_terminal_is() -> None:
    assert list(fitted([SENTENCE], None)) == [SENTENCE]


@pytest.mark.parametrize("terminal", [True, False])
def test_room_is_the_terminals_if_output_goes_to_one(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "57")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    assert room() == (57 if terminal else None)


def test_a_wide_table_is_in_as_few_parts_as_fit() -> None:
    header, rows = ("function", "p50", "p99", "age", "memory"), [("ingest", "1 ms", "20 ms", "3 s", "90 MB")]
    assert len(parted(header, rows, None)) == 2
    assert parted(header, rows, 24) == [
        "function   p50    p99",
        "ingest    1 ms  20 ms",
        "",
        "function  age  memory",
        "ingest    3 s   90 MB",
    ]
    assert len(parted(header, rows, 5)) == 11, "each column by itself, if even these are too wide"


@pytest.mark.parametrize("width", [60, 80])
def test_a_runs_summary_fits_a_terminal(width: int) -> None:
    measured, waited = distribution([0.1]), distribution([123_456.0])
    functions = {
        name: Function(invocations=1_234_567, errors=0, duration=measured, iterator_age=waited, memory_bytes=2**29)
        for name in ("IngestFunction", "RollupFunction", "ViewsFunction")
    }
    found = report().model_copy(
        update={
            "put": measured,
            "accepted_to_visible": waited,
            "generator": Generator(processes=1, cores=2, schedule_error=measured, busy=0.1),
            "shards": (Shard(shard_id="shardId-000000000001", records_rate=5, bytes_rate=2**19, refused=0),),
            "functions": functions,
            "tables": {"by IngestFunction": Table(write_units=1_234_567, read_units=1_234_567)},
            "findings": (Finding(kind="overload", text=SENTENCE),),
        }
    )
    assert any(len(line) > width for line in lines(found))
    shown = list(fitted(lines(found, width), width))
    assert [line for line in shown if len(line) > width] == []
    words = " ".join(shown).split()
    for each in ("count", "memory", "shardId-000000000001,", "1,234,567", *SENTENCE.split()):
        assert each in words, os.linesep.join(shown)
