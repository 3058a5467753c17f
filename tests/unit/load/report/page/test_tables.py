"""The tables of a report: what they say of its figures."""

from load.report.model import Table
from load.report.page.tables import units
from tests.unit.load.report.a_report import report


def test_units_are_of_the_events_that_were_accepted_while_they_were_noted() -> None:
    events = report().events.model_copy(update={"accepted": 60_000, "accepted_in_time": 30_000})
    tables = {"by IngestFunction": Table(write_units=900, read_units=300)}
    shown = units(report().model_copy(update={"events": events, "tables": tables})) or ""
    assert "<td>0.0300</td><td>300</td><td>0.0100</td>" in shown
