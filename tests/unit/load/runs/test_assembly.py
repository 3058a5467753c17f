"""What a report says of what a run has gathered."""

from dataclasses import replace

import pytest

from load.generator.snapshot import Snapshot
from load.measure.distributions import Measured
from load.measure.recorder import OverTime, Recorder
from load.report.model import Function
from load.runs.assembly import Gathered, assemble
from load.runs.stops import Stops
from load.runs.target import Insides
from load.workload.events import EventShape
from load.workload.shapes import steady

SECONDS = 10.0


def over_time(*values: float) -> OverTime:
    found = OverTime("s", SECONDS, 1.0)
    for at, value in enumerate(values):
        found.record(float(at), value)
    return found


GATHERED = Gathered(
    profile=steady(100, SECONDS),
    warm_up_seconds=0.0,
    arrivals="even",
    shape=EventShape(),
    seed=0,
    processes=1,
    ending="time",
    broken=None,
    recorder=Recorder(SECONDS),
    freshness=over_time(),
    accepted_to_visible=over_time(),
    answer=over_time(),
    iterator_ages=(),
    probes_lost=0,
    probes_failure=None,
    cores=2,
    machine_busy=0.1,
    ready=1.0,
    target="stream",
    local=False,
    configuration={},
    insides=Insides({}, {}),
    counted=None,
    counting_failure=None,
    stops=Stops(),
    spent=0.0,
)


def recorder(*, sent: int, accepted: int, failed: int = 0, failure: str | None = None) -> Recorder:
    """Return what one worker told in the beginning and in the end."""
    found = Recorder(SECONDS)
    for at, counts in ((0.0, (0, 0, 0)), (SECONDS, (sent, accepted, failed))):
        word = Snapshot(
            0, at, *counts, resent=0, waiting=0.0, processor=at, schedule_error=Measured("s").encoded(), put=()
        )
        found.take(replace(word, failure=failure))
    return found


def told(gathered: Gathered) -> list[str]:
    """Return the report's findings, each with its kind."""
    return [f"{each.kind}: {each.text}" for each in assemble(gathered).findings]


def test_of_a_run_in_which_nothing_is_amiss_nothing_is_said() -> None:
    assert told(GATHERED) == []


def test_probes_that_were_not_seen_are_told_of_all_that_were_due() -> None:
    (text,) = told(replace(GATHERED, probes_lost=2, freshness=over_time(3.0, 3.0, 3.0)))
    assert text.startswith("limit: 2 of 5 probes were not visible when nobody waited any longer")


def test_events_that_were_given_up_are_told_of_with_one_reason() -> None:
    (text,) = told(replace(GATHERED, recorder=recorder(sent=100, accepted=93, failed=7, failure="it was refused")))
    assert text == ("limit: 7 events were given up, which put latencies leave out; one of them since it was refused")


def test_events_without_a_known_outcome_are_told_of() -> None:
    (text,) = told(replace(GATHERED, ending="interrupt", recorder=recorder(sent=1_000, accepted=930)))
    assert text.startswith("limit: 70 of 1,000 events sent had no known outcome when nobody waited any longer")


def test_what_kept_probes_from_being_found_is_told() -> None:
    (text,) = told(replace(GATHERED, probes_failure="it answered 503"))
    assert text == "limit: freshness may be incomplete: it answered 503"


@pytest.mark.parametrize(
    ("dollars", "spent", "said"),
    [
        (1.0, 0.00123456, "its ceiling of $1.00: by list prices and the model, what was sent cost about $0.00123"),
        (0.0000001, 0.0, "its ceiling of $0.0000001: by list prices and the model, what was sent cost about $0.00"),
        (1_234.5, 20.0, "its ceiling of $1,234.50: by list prices and the model, what was sent cost about $20.00"),
    ],
)
def test_a_ceiling_is_said_however_small(dollars: float, spent: float, said: str) -> None:
    (text,) = told(replace(GATHERED, stops=Stops(dollars=dollars), spent=spent))
    assert said in text


def test_functions_that_ended_nothing_in_the_measured_time_are_told_of() -> None:
    idle, busy = Function(invocations=0), Function(invocations=3)
    (text,) = told(replace(GATHERED, insides=Insides({"IngestFunction": idle, "ViewsFunction": idle}, {})))
    assert text.startswith("limit: no invocation of a function ended in the measured time")
    assert told(replace(GATHERED, insides=Insides({"IngestFunction": busy, "ViewsFunction": idle}, {}))) == []
