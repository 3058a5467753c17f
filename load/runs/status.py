"""How a run stands at one moment."""

from dataclasses import dataclass

from load.measure.recorder import Totals


@dataclass(frozen=True, slots=True)
class Status:
    """What there is to show of a run at one moment.

    Attributes:
        phase: what it is doing, as a person would say it.
        at: seconds since the beginning of the measured time, below 0 in the warm-up until that is over or ended.
        seconds: the measured time.
        totals: since the beginning of the measured time.
        scheduled_rate: events a second that the profile asks for.
        rates: what happened in the last second that all workers have told of.
        put, freshness: median and 99th percentile so far, in seconds.
        schedule_error: likewise.
        iterator_age: in seconds.
        probes_waiting: probes on their way.
    """

    phase: str
    at: float
    seconds: float
    totals: Totals
    scheduled_rate: float
    rates: Totals
    put: tuple[float, float] | None
    freshness: tuple[float, float] | None
    schedule_error: tuple[float, float] | None
    iterator_age: float | None
    probes_waiting: int
