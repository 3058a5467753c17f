"""Makes the report of a run from all that was gathered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import floor, log10
from typing import Final

from load.measure.judgement import Evidence, generator_limit, judge
from load.measure.recorder import OverTime, Points, Recorder
from load.model.popularity import popularity
from load.report.model import Ending, Events, Finding, Generator, Report, Series, Workload
from load.runs.stops import Stops
from load.runs.target import Insides
from load.workload.arrivals import Arrivals
from load.workload.events import EventShape, mean_bytes
from load.workload.profile import Profile

LATE_AGES_SECONDS: Final = 60.0
"""An iterator age that a target tells of afterwards is of so long a time before its moment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """All that a run has gathered.

    Attributes:
        profile, arrivals, shape, seed, processes: what it was asked for.
        warm_up_seconds: that passed, fewer than were asked for if the run was ended in them.
        ending: what ended the measured time.
        broken: what broke down, so that the run was ended; none if nothing did.
        recorder: of the workers.
        freshness, accepted_to_visible, answer: of the probes.
        iterator_ages: by step, in seconds.
        probes_lost: probes of the measured time that had not become visible when nobody waited any longer, whether
            they waited in the SDK, were given up, or were acknowledged.
        probes_failure: what kept probes from being sent or found.
        cores, machine_busy: of the machine.
        ready: seconds that the workers took to start.
        target, local, configuration, insides: of the target.
        counted: events of the measured time in the trends; none where nobody could tell, for `counting_failure`.
        stops: what could have ended the run.
        spent: dollars, as `stops` reckons them.
    """

    profile: Profile
    warm_up_seconds: float
    arrivals: Arrivals
    shape: EventShape
    seed: int
    processes: int
    ending: Ending
    broken: str | None
    recorder: Recorder
    freshness: OverTime
    accepted_to_visible: OverTime
    answer: OverTime
    iterator_ages: tuple[float | None, ...]
    probes_lost: int
    probes_failure: str | None
    cores: int
    machine_busy: float | None
    ready: float
    target: str
    local: bool
    configuration: dict[str, str | int | float | bool]
    insides: Insides
    counted: int | None
    counting_failure: str | None
    stops: Stops
    spent: float


def assemble(gathered: Gathered) -> Report:
    """Return the report."""
    recorder, profile = gathered.recorder, gathered.profile
    seconds, totals = recorder.seconds, recorder.latest
    scheduled = round(profile.due(seconds))
    evidence = _evidence(gathered)
    return Report(
        command="run",
        made_at=datetime.now(UTC),
        penstock=version("penstock"),
        target=gathered.target,
        ended=gathered.ending,
        partial=gathered.ending != "time",
        workload=_workload(gathered, scheduled),
        configuration=gathered.configuration,
        events=Events(
            scheduled=scheduled,
            sent=round(totals.sent),
            accepted=round(totals.accepted),
            failed=round(totals.failed),
            resent=round(totals.resent),
            accepted_in_time=recorder.accepted_in_time,
            counted=gathered.counted,
        ),
        freshness=gathered.freshness.distribution(),
        put=recorder.put.distribution(),
        accepted_to_visible=gathered.accepted_to_visible.distribution(),
        answer=gathered.answer.distribution(),
        series=_series(gathered),
        shards=recorder.shards(),
        functions=dict(gathered.insides.functions),
        tables=dict(gathered.insides.tables),
        generator=Generator(
            processes=gathered.processes,
            cores=gathered.cores,
            schedule_error=recorder.schedule_error.distribution(),
            busy=recorder.busy,
            machine_busy=gathered.machine_busy,
            ready=gathered.ready,
            limit=generator_limit(evidence),
        ),
        findings=(*_broken(gathered), *judge(evidence), *gathered.insides.findings, *_remarks(gathered)),
    )


def _evidence(gathered: Gathered) -> Evidence:
    recorder, seconds = gathered.recorder, gathered.recorder.seconds
    late = recorder.schedule_error.quantiles
    return Evidence(
        schedule_error_p99=None if late is None else late[1],
        most_waiting=recorder.most_waiting,
        busy=recorder.busy,
        processes=gathered.processes,
        cores=gathered.cores,
        machine_busy=gathered.machine_busy,
        local=gathered.local,
        seconds=seconds,
        peak_rate=gathered.profile.peak,
        shards=recorder.shards(),
        open_shards=recorder.open_shards,
        asked=recorder.in_all_by_shard(),
        busiest_author=popularity(gathered.shape).hottest_author,
        iterator_age=_ages(gathered),
        put=recorder.put.points(recorder.steps)[0],
    )


def _workload(gathered: Gathered, scheduled: int) -> Workload:
    shape, seconds = gathered.shape, gathered.recorder.seconds
    return Workload(
        profile=gathered.profile.text,
        seconds=seconds,
        asked_seconds=gathered.profile.seconds,
        warm_up_seconds=gathered.warm_up_seconds,
        mean_rate=scheduled / seconds if seconds else 0.0,
        peak_rate=gathered.profile.peak,
        event_bytes=mean_bytes(shape),
        hashtags=shape.hashtags,
        hashtag_values=shape.hashtag_values,
        hashtag_skew=shape.hashtag_skew,
        keys=shape.keys,
        key_skew=shape.key_skew,
        duplicates=shape.duplicates,
        arrivals=gathered.arrivals,
        seed=gathered.seed,
    )


def _series(gathered: Gathered) -> Series | None:
    recorder = gathered.recorder
    if not (count := recorder.steps):
        return None
    step, profile = recorder.step, gathered.profile
    values: dict[str, Points] = {
        "scheduled_rate": tuple((profile.due((n + 1) * step) - profile.due(n * step)) / step for n in range(count)),
        **recorder.rates(),
    }
    values["put_p50"], values["put_p99"] = recorder.put.points(count)
    values["freshness_p50"], values["freshness_p99"] = gathered.freshness.points(count)
    values["schedule_error_p99"] = recorder.schedule_error.points(count)[1]
    values["iterator_age"] = _ages(gathered)
    known = {name: points for name, points in values.items() if any(point is not None for point in points)}
    return Series(step_seconds=step, values=known)


def _ages(gathered: Gathered) -> tuple[float | None, ...]:
    """Return the iterator age of each step: as it was looked at, or as the target told of it afterwards."""
    count, step = gathered.recorder.steps, gathered.recorder.step
    ages = [*gathered.iterator_ages, *[None] * count][:count]
    for at, age in gathered.insides.ages:
        for number in range(max(0, int((at - LATE_AGES_SECONDS) / step)), min(int(at / step), count)):
            ages[number] = age
    return tuple(ages)


def _broken(gathered: Gathered) -> Iterator[Finding]:
    if gathered.broken is not None:
        text = f"something broke down, and figures are of what there was until then: {gathered.broken}"
        yield Finding(kind="limit", text=text)


def _remarks(gathered: Gathered) -> list[Finding]:
    found = list(_counting(gathered))
    if gathered.stops.dollars is not None:
        ended = "ended by" if gathered.ending == "cost" else "stayed below"
        text = (
            f"the run {ended} its ceiling of {_dollars(gathered.stops.dollars)}: by list prices and the model, what "
            f"was sent cost about {_dollars(gathered.spent)}"
        )
        found.append(Finding(kind="remark", text=text))
    if gathered.probes_lost:
        seen = gathered.freshness.count
        text = (
            f"{gathered.probes_lost:,} of {seen + gathered.probes_lost:,} probes were not visible when nobody waited "
            "any longer: freshness leaves out just the slowest; wait longer with --settle"
        )
        found.append(Finding(kind="limit", text=text))
    if gathered.probes_failure:
        found.append(Finding(kind="limit", text=f"freshness may be incomplete: {gathered.probes_failure}"))
    found += _without_outcome(gathered.recorder)
    functions, known = gathered.insides.functions, all(each.kind != "limit" for each in gathered.insides.findings)
    if functions and known and not any(each.invocations for each in functions.values()):
        text = (
            "no invocation of a function ended in the measured time: what functions and tables do is not in this "
            "report; measure for longer than their batching windows"
        )
        found.append(Finding(kind="limit", text=text))
    return found


def _dollars(amount: float) -> str:
    """Return an amount, however small.

    >>> _dollars(1234.5), _dollars(0.00123456), _dollars(0.0000001), _dollars(0.0)
    ('$1,234.50', '$0.00123', '$0.0000001', '$0.00')
    """
    digits = 2 if amount >= 1 or not amount else 2 - floor(log10(amount))
    whole, _, rest = f"{amount:,.{digits}f}".partition(".")
    return f"${whole}.{rest.rstrip('0'):0<2}"


def _without_outcome(recorder: Recorder) -> Iterator[Finding]:
    if failed := round(recorder.latest.failed):
        why = "" if recorder.failure is None else f"; one of them since {recorder.failure}"
        text = f"{failed:,} events were given up, which put latencies leave out{why}"
        yield Finding(kind="limit", text=text)
    in_all = recorder.in_all
    if (unknown := round(in_all.sent - in_all.accepted - in_all.failed)) > 0:
        text = (
            f"{unknown:,} of {in_all.sent:,.0f} events sent had no known outcome when nobody waited any longer: "
            "neither accepted ones nor put latencies have them"
        )
        yield Finding(kind="limit", text=text)


def _counting(gathered: Gathered) -> Iterator[Finding]:
    totals, counted = gathered.recorder.latest, gathered.counted
    distinct = round(totals.distinct)
    # A copy that was given up is none of those accepted: as many may be counted beyond what is known to be distinct.
    most = distinct + round(min(totals.copies, totals.failed))
    if gathered.counting_failure is not None and counted is None:
        text = f"how many events are counted is not known: {gathered.counting_failure}"
        yield Finding(kind="limit", text=text)
    elif counted is not None and counted > most:
        text = f"{counted - most:,} more events are counted than were accepted: another load test sent some meanwhile"
        yield Finding(kind="remark", text=text)
    elif counted is not None and counted < distinct:
        text = (
            f"{distinct - counted:,} of {distinct:,} accepted events were not counted yet when nobody waited any longer"
        )
        yield Finding(kind="limit", text=text)
