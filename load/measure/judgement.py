"""What the figures of a run mean: who was the limit, whether the target was overloaded, how many shards were enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

from load.generator.snapshot import ShardCount
from load.measure.recorder import SHARD_BYTES, SHARD_RECORDS
from load.report.model import Finding, Shard
from load.shards import enough_shards

LATE_SECONDS: Final = 0.010
"""A generator keeps its schedule if 99 of 100 events are no later than that."""
FULL: Final = 0.9
"""An SDK whose buffer is that full makes its callers wait: what is late then is the target's doing."""
BUSY: Final = 0.6
"""Above this share of the machine, a local stack's figures tell of the machine."""
MACHINE_FULL: Final = 0.9
PROCESS_BUSY: Final = 0.75
"""Of a core: a process of Python that is so busy has no more to give, its threads share one core."""
REFUSED: Final = 0.01
"""Of the records, beyond what a moment's unevenness explains."""
NOTABLE_AUTHOR: Final = 0.5
"""Of what a shard takes, one author's events: from there on it is they that decide how many shards are enough."""
GROWING_SECONDS: Final = 5.0
"""An age that ends higher than it began by this, and by a quarter of the time, is growing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What is judged, of the measured time.

    Attributes:
        schedule_error_p99: seconds, none if nothing was sent.
        most_waiting: the largest share of an SDK's buffer that was in use.
        busy: cores that the generator's processes kept busy.
        processes: how many there were.
        cores: of the machine.
        machine_busy: share of the machine that was busy, of 1; none where it can't be told.
        local: whether the target shares the machine.
        seconds: the measured time.
        peak_rate: the highest rate that was asked for.
        shards: what each took.
        open_shards: how many the stream has, those that took nothing included.
        asked: what became, shard by shard, of all events in the end, warm-up and what was taken late included.
        busiest_author: the part of all events, of 1, that the author with the most of them sends.
        iterator_age: over time, in seconds.
        put: how long acknowledgements took, medians over time, in seconds.
    """

    schedule_error_p99: float | None
    most_waiting: float
    busy: float
    processes: int
    cores: int
    machine_busy: float | None
    local: bool
    seconds: float
    peak_rate: float
    shards: Sequence[Shard]
    open_shards: int
    asked: Sequence[ShardCount]
    busiest_author: float
    iterator_age: Sequence[float | None] = ()
    put: Sequence[float | None] = ()


def generator_limit(evidence: Evidence) -> str | None:
    """Say how the generator was itself the limit, or nothing."""
    late = evidence.schedule_error_p99
    if late is None or late <= LATE_SECONDS or evidence.most_waiting >= FULL:
        return None
    return (
        f"the generator was the limit, not the target: its schedule error is {_milliseconds(late)} ms at p99 "
        f"({LATE_SECONDS * 1000:g} ms are allowed); {_why_late(evidence)}"
    )


def _milliseconds(seconds: float) -> str:
    """Return milliseconds so precisely that they are not those allowed where they are more.

    >>> _milliseconds(0.01005), _milliseconds(0.025), _milliseconds(1.2344)
    ('10.05', '25', '1,234')
    """
    digits = 2 if seconds < 10 * LATE_SECONDS else 0
    return f"{seconds * 1000:,.{digits}f}".removesuffix(".00")


def _why_late(evidence: Evidence) -> str:
    used = (
        f"{evidence.processes} {'process' if evidence.processes == 1 else 'processes'} used {evidence.busy:.1f} cores"
    )
    if evidence.busy >= PROCESS_BUSY * evidence.processes and evidence.processes < evidence.cores:
        return f"{used}: give it more of the {evidence.cores} there are with --processes"
    if evidence.machine_busy is not None and evidence.machine_busy > MACHINE_FULL:
        return (
            f"{used}, and the machine was {evidence.machine_busy:.0%} busy: end what else runs there, or take another"
        )
    if evidence.busy >= PROCESS_BUSY * evidence.processes:
        return f"{used}, all there are: take a machine with more, or a lower rate"
    return f"{used}, so it was kept waiting, not short of them: repeat the run"


def shards_needed(evidence: Evidence) -> float | None:
    """Return how many shards would take the peak if they were as unevenly used as these; None if nothing was taken.

    What a shard took in time says not what was asked of it, nor do refusals, since what is refused is sent again;
    what it had taken in the end does. More shards spread all but the busiest author's events, which are on one shard:
    where these alone are too many, no number is enough, which is infinity.
    """
    asked = _asked(evidence)
    if asked is None:
        return None
    busiest, author = asked
    return enough_shards(evidence.open_shards, busiest, author) or inf


def _asked(evidence: Evidence) -> tuple[float, float] | None:
    """Return what the peak asks of the busiest shard, and what the busiest author does, in parts of what a shard takes.

    None if nothing was taken.
    """
    whole = sum(each.events + each.failed for each in evidence.asked)
    found = [
        (evidence.peak_rate * (each.events + each.failed) / whole * an_event, evidence.peak_rate * an_event)
        for each in evidence.asked
        if each.events
        for an_event in [max(each.records / SHARD_RECORDS, each.size / SHARD_BYTES) / each.events]
    ]
    if not found:
        return None
    busiest, all_on_one = max(found)
    return busiest, all_on_one * evidence.busiest_author


def counted(number: int, what: str) -> str:
    """Return how many of something, in words.

    >>> counted(1, "shard"), counted(2, "shard")
    ('1 shard', '2 shards')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def judge(evidence: Evidence) -> tuple[Finding, ...]:
    """Return what the reader should know, most important first."""
    found: list[Finding] = []
    if limit := generator_limit(evidence):
        found.append(Finding(kind="limit", text=limit))
    found += _overload(evidence)
    if evidence.local and evidence.machine_busy is not None and evidence.machine_busy > BUSY:
        found.append(
            Finding(
                kind="limit",
                text=f"the machine was {evidence.machine_busy:.0%} busy (up to {BUSY:.0%} are harmless), and the stack "
                "runs on it too: latencies are the machine's more than the configuration's; lower the rate",
            )
        )
    return tuple(found)


def _overload(evidence: Evidence) -> list[Finding]:
    found = []
    refused = sum(each.refused for each in evidence.shards)
    taken = sum(each.records_rate for each in evidence.shards) * evidence.seconds
    if refused > REFUSED * (refused + taken):
        text = (
            f"the stream refused {refused:,} records of {refused + taken:,.0f}: "
            f"{counted(evidence.open_shards, 'shard')} can't take it{_enough(evidence)}"
        )
        found.append(Finding(kind="overload", text=text))
    elif evidence.most_waiting >= FULL:
        text = "the SDK's buffer was full, so callers waited: the stream took less than it was sent; add shards"
        found.append(Finding(kind="overload", text=text))
    if grown := _grown(evidence.put, evidence.seconds):
        text = (
            f"events waited ever longer for the stream's acknowledgement, {grown[0]:.1f} s at first and "
            f"{grown[1]:.1f} s in the end: freshness grows with it as long as this lasts"
        )
        found.append(Finding(kind="overload", text=text))
    if grown := _grown(evidence.iterator_age, evidence.seconds):
        text = (
            f"the iterator age grew from {grown[0]:.1f} s to {grown[1]:.1f} s: consumers don't keep up; raise "
            "IngestParallelizationFactor with lanes_per_shard, the batch sizes, the memory, or the shards"
        )
        found.append(Finding(kind="overload", text=text))
    return found


def _enough(evidence: Evidence) -> str:
    """Say what would take the peak, where these shards did not."""
    needed, asked = shards_needed(evidence), _asked(evidence)
    if needed is None or asked is None:
        return ""
    peak = f"the peak of {evidence.peak_rate:,.0f} events/s"
    author = f"one author's events, which are all on one shard, are {asked[1]:.0%} of what it takes"
    if needed == inf:
        return (
            f", and no number of shards would take {peak}: {author}; give that author several partition keys, each "
            "event always the same"
        )
    # Where these would do on average they were asked for too much at moments, which takes more of them all the same.
    enough = max(int(needed), evidence.open_shards + 1)
    why = f", if they are as unevenly used: {author}" if asked[1] > NOTABLE_AUTHOR else ""
    return f"; {counted(enough, 'shard')} would take {peak}{why}"


def _grown(points: Sequence[float | None], seconds: float) -> tuple[float, float] | None:
    """Return how high something was at first and in the end, if it kept growing; None if it did not."""
    known = [point for point in points if point is not None]
    if len(known) < 10:
        return None
    begun, ended = sum(known[:5]) / 5, sum(known[-5:]) / 5
    return (begun, ended) if ended - begun > max(GROWING_SECONDS, 0.25 * seconds) else None
