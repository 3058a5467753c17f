"""The report: one schema for `run`, `simulate` and `tune`, so that all can be shown and compared in one way.

Seconds, bytes, events and dollars throughout; instants are aware. What a command can't know is ``None`` or empty,
never 0.
"""

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from load.report.histograms import Histogram

FORMAT: Final = 1
"""Raised when a reader of the format before would misread a report."""

MOST: Final = 1e30
"""No figure is larger, in whatever unit: sums and products of figures are still numbers."""

Figure = Annotated[float, Field(ge=-MOST, le=MOST)]
NotNegative = Annotated[float, Field(ge=0, le=MOST)]
Count = Annotated[int, Field(ge=0, le=int(MOST))]
Share = Annotated[float, Field(ge=0, le=1)]
Unit = Literal["s", "events", "records", "bytes"]
Ending = Literal["time", "count", "errors", "cost", "interrupt", "failure"]


class Part(BaseModel):
    """What all parts of a report have in common: they don't change, and hold nothing that the schema doesn't name."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Workload(Part):
    """What was sent, or would be.

    Attributes:
        profile: how the rate goes over time, in the words of the command line, such as ``steady 1000``; one from a file
            has its name and a digest of its rates, such as ``schedule day.yaml (3f2a91c0)``.
        seconds: the measured time, without the warm-up.
        asked_seconds: how long it was to be; none where nobody said, as of the peak that a tuning looks at.
        warm_up_seconds: time before it, of which nothing is in the report.
        mean_rate: events a second over the measured time.
        peak_rate: the highest rate that the profile asks for.
        event_bytes: mean size of an event's JSON.
        hashtags: mean hashtags of an event.
        hashtag_values: how many different hashtags there are to draw from.
        hashtag_skew: exponent of Zipf's law among hashtags.
        keys: how many authors, which are the partition keys.
        key_skew: exponent of Zipf's law among authors.
        duplicates: share of events that were sent before.
        arrivals: ``even`` or ``poisson``.
        seed: of everything drawn.
    """

    profile: str
    seconds: NotNegative
    asked_seconds: NotNegative | None = None
    warm_up_seconds: NotNegative
    mean_rate: NotNegative
    peak_rate: NotNegative
    event_bytes: NotNegative
    hashtags: NotNegative
    hashtag_values: Count
    hashtag_skew: NotNegative
    keys: Count
    key_skew: NotNegative
    duplicates: Share
    arrivals: Literal["even", "poisson"]
    seed: int


class Events(Part):
    """What became of the events of the measured time.

    Attributes:
        scheduled: events that the profile asks for in the measured time; arrivals that are drawn at random are a few
            more or fewer, by about its square root.
        sent: events handed to the SDK in that time.
        accepted: of these, acknowledged by the stream in the end.
        accepted_in_time: acknowledged while the measured time lasted, which is the target's throughput; what had been
            sent in the warm-up included, so there may be more than `accepted`; none if that is the same by definition.
        failed: events given up by the SDK.
        resent: how often a record had to be sent again, since the stream had refused it or a call had failed; while
            the measured time lasted.
        counted: in the trends when the run ended, each once however many copies of it were sent; none if nobody looked.
    """

    scheduled: Count
    sent: Count
    accepted: Count
    failed: Count
    resent: Count
    accepted_in_time: Count | None = None
    counted: Count | None = None

    @property
    def accepted_while_measured(self) -> int:
        """Events acknowledged in the measured time: what any other figure of just that time is a share of."""
        return self.accepted if self.accepted_in_time is None else self.accepted_in_time


class Distribution(Part):
    """Values as HdrHistogram keeps them, with three significant digits.

    Attributes:
        unit: of the values.
        count: how many values.
        histogram: all of them, in HdrHistogram's own encoding (V2, compressed, base64), counted in steps of `scale`.
        scale: what one step of the encoded histogram is worth, in `unit`.
        blocks: the same values in pieces that may differ by chance: equal slices of the measured time, or seeds.
            A comparison takes the noise from how they differ.
    """

    unit: Unit
    count: Count
    mean: NotNegative
    min: NotNegative
    p50: NotNegative
    p90: NotNegative
    p95: NotNegative
    p99: NotNegative
    p999: NotNegative
    max: NotNegative
    histogram: Histogram
    scale: Annotated[float, Field(gt=0, le=1e6)]
    blocks: tuple[Histogram, ...] = ()


class Series(Part):
    """Figures over time, all at the same moments.

    Attributes:
        step_seconds: between two moments; the first is one step after the beginning of the measured time.
        values: by name, as many as there are moments; ``None`` where nothing is known. Names in use:
            ``scheduled_rate``, ``sent_rate``, ``accepted_rate``, ``refused_rate`` (a second); ``put_p50``, ``put_p99``,
            ``freshness_p50``, ``freshness_p99``, ``schedule_error_p99``, ``iterator_age`` (seconds);
            ``generator_cores``.
    """

    step_seconds: Annotated[float, Field(gt=0, le=MOST)]
    values: dict[str, tuple[Figure | None, ...]]


class Shard(Part):
    """One shard of the event stream.

    Attributes:
        shard_id: its id.
        records_rate: Kinesis records a second.
        bytes_rate: bytes a second.
        refused: records that it refused.
        utilisation: over time, by the report's `Series`: the larger of its records and its bytes by their limits.
    """

    shard_id: str
    records_rate: NotNegative
    bytes_rate: NotNegative
    refused: Count
    utilisation: tuple[Figure | None, ...] = ()


class Function(Part):
    """One function of the stack.

    Attributes:
        invocations: how many.
        errors: of these, failed ones.
        throttles: how often there was no room for one.
        duration: of invocations, in seconds.
        batch: what an invocation was given: records or events, by the distribution's unit.
        iterator_age: seconds between a record's arrival and the end of its batch.
        most_at_once: how many ran at the same time at most.
        memory_bytes: the most that one environment used.
        memory_limit_bytes: what the configuration gives it.
    """

    invocations: Count
    errors: Count | None = None
    throttles: Count | None = None
    duration: Distribution | None = None
    batch: Distribution | None = None
    iterator_age: Distribution | None = None
    most_at_once: Count | None = None
    memory_bytes: Count | None = None
    memory_limit_bytes: Count | None = None


class Table(Part):
    """One DynamoDB table, or what one function did to its tables.

    Attributes:
        write_units: consumed, in all.
        read_units: consumed, in all.
        throttles: requests refused, none where nobody could tell.
    """

    write_units: NotNegative
    read_units: NotNegative
    throttles: Count | None = None


class Generator(Part):
    """What sent the events, and whether it was itself the limit.

    Attributes:
        processes: how many sent.
        cores: processors of the machine.
        schedule_error: seconds between an event's intended time and its being handed to the SDK.
        busy: cores that the sending processes kept busy, on average.
        machine_busy: part of the machine that was busy with all that ran on it; none where the kernel doesn't tell.
        ready: seconds from the beginning, when the target is there, until the first event is due.
        limit: what kept it from its schedule, in one line; none if it kept it.
    """

    processes: Count
    cores: Count
    schedule_error: Distribution | None
    busy: NotNegative
    machine_busy: NotNegative | None = None
    ready: NotNegative | None = None
    limit: str | None = None


class CostItem(Part):
    """One line of a bill.

    Attributes:
        item: what is paid for, such as ``ingest requests``.
        per_month: dollars.
        per_million: dollars for a million events.
        how: the amount and the price it was made of.
    """

    item: str
    per_month: Figure
    per_million: Figure
    how: str


class Cost(Part):
    """What a configuration costs under the workload.

    Attributes:
        region, prices_as_of, source: of the price table.
        per_month: dollars for 730 hours of this workload.
        per_million: dollars for a million events.
        items: the lines that make them.
        usual_per_million: dollars for a million events in the usual design (`load.prices.usual`).
    """

    region: str
    prices_as_of: str
    source: str
    per_month: Figure
    per_million: Figure
    items: tuple[CostItem, ...]
    usual_per_million: Figure | None = None


class Choice(Part):
    """One configuration that a tuning looked at.

    Attributes:
        configuration: by name, as the report's own.
        per_month: dollars.
        freshness: seconds until the lists have an event, at the percentile of the goal: the mean of all draws.
        meets: whether it meets the goal, with the headroom.
        binding: the constraint that binds it.
    """

    configuration: dict[str, str | int | float | bool]
    per_month: Figure
    freshness: Figure
    meets: bool
    binding: str


class Finding(Part):
    """Something that the reader should know.

    Attributes:
        kind: ``limit`` if it bounds what the figures can say, ``overload`` if the target took less than it was sent,
            ``binding`` for what binds the configuration, ``remark`` otherwise.
        text: one line: what, the values, and what to do.
    """

    kind: Literal["limit", "overload", "binding", "remark"]
    text: str


class Trial(Part):
    """One configuration that a tuning has run for real, beside what the model says of the same profile.

    Attributes:
        configuration: by name, as the report's own.
        target: what was loaded.
        partial: whether the run was ended before its time.
        simulated_p50, simulated_p99: freshness of values by the model, in seconds; measured_p50, measured_p99: by
            probes, none if none came through.
        scheduled_rate, accepted_rate: events a second.
        findings: what bounds the figures, and overload.
    """

    configuration: dict[str, str | int | float | bool]
    target: str
    partial: bool
    simulated_p50: Figure | None
    simulated_p99: Figure | None
    measured_p50: Figure | None
    measured_p99: Figure | None
    scheduled_rate: Figure
    accepted_rate: Figure
    findings: tuple[Finding, ...] = ()


class Tuning(Part):
    """What a tuning found; the report's configuration, measurements and cost are those of the choice.

    Attributes:
        goal: in one line, such as ``p99 within 10 s, headroom 30 %``.
        strategy: how cost and freshness were weighed.
        evaluated: configurations that were simulated.
        possible: configurations that there are.
        frontier: those of which none is both cheaper and fresher, cheapest first.
        chosen: which of them was chosen.
        cheaper: the next cheaper choice, faster: the cheapest that is a tenth fresher; none where there is none.
        trials: finalists that were run for real.
    """

    goal: str
    strategy: Literal["cost", "speed", "balanced"]
    evaluated: Count
    possible: Count
    frontier: tuple[Choice, ...]
    chosen: Count
    cheaper: Choice | None = None
    faster: Choice | None = None
    trials: tuple[Trial, ...] = ()


class Report(Part):
    """What one command found.

    Attributes:
        format: of this schema.
        command: which made it.
        made_at: when it was finished.
        penstock: version of the project.
        target: what was loaded: ``local stack``, ``simulated``, and the like.
        ended: what ended the measured time.
        partial: whether it ended before its time, so that figures are of what there was until then.
        configuration: what was chosen, by the names of the template's parameters and the SDK's options
            (`load.report.settings`).
        freshness: seconds from the intended time of an event until the reporting API's answers about a value have it.
        lists: the same until the top lists have it, the last of all answers, by a model: runs don't look at lists.
        put: seconds from the intended time of an event until the stream's acknowledgement.
        accepted_to_visible: seconds from the acknowledgement until the reporting API's answers contain it.
        answer: seconds that the reporting API took to answer the questions about probes.
        functions: by their logical id in the template.
        tables: by name.
        findings: most important first.
    """

    format: Literal[1] = FORMAT
    command: Literal["run", "simulate", "tune"]
    made_at: AwareDatetime
    penstock: str
    target: str
    ended: Ending
    partial: bool
    workload: Workload
    configuration: dict[str, str | int | float | bool]
    events: Events
    freshness: Distribution | None = None
    lists: Distribution | None = None
    put: Distribution | None = None
    accepted_to_visible: Distribution | None = None
    answer: Distribution | None = None
    series: Series | None = None
    shards: tuple[Shard, ...] = ()
    functions: dict[str, Function] = {}
    tables: dict[str, Table] = {}
    generator: Generator | None = None
    cost: Cost | None = None
    tuning: Tuning | None = None
    findings: tuple[Finding, ...] = ()
