"""What the model found, as a report: the same schema as of a run, so that both can be compared."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from load.measure.distributions import Measured
from load.model.outcome import FunctionRun, Outcome
from load.model.overload import overload
from load.model.spread import Spread
from load.model.surroundings import Surroundings
from load.model.traffic import Traffic
from load.model.windows import unpredictable_windows
from load.prices import cost as prices
from load.prices.table import PriceTable
from load.prices.usual import usual
from load.report import model as report
from load.report.settings import planned_settings

EVENTS_A_BLOCK = 100_000
"""Each seed counts with so many events in a distribution, whatever the rate."""


def simulated_report(
    outcomes: Sequence[Outcome], traffic: Traffic, surroundings: Surroundings, table: PriceTable, seed: int = 0
) -> report.Report:
    """Return a report of one configuration that was simulated once or more, each time by another seed from `seed` on.

    Latencies and what is said of overload are of all of them, everything else of the first.
    """
    first, profile, shape = outcomes[0], traffic.profile, traffic.shape
    events = round(first.rate * first.seconds)
    # What takes less than it is sent has no price: paid for would be what it takes.
    overloaded = any(outcome.overloaded for outcome in outcomes)
    bill = None if overloaded else prices.cost(first.usage, table.prices)
    return report.Report(
        command="simulate",
        made_at=datetime.now(UTC),
        penstock=version("penstock-pipeline"),
        target=surroundings.name,
        ended="time",
        partial=False,
        workload=report.Workload(
            profile=profile.text,
            seconds=profile.seconds,
            asked_seconds=profile.seconds,
            warm_up_seconds=0.0,
            mean_rate=profile.events / profile.seconds,
            peak_rate=profile.peak,
            event_bytes=traffic.event_bytes,
            hashtags=shape.hashtags,
            hashtag_values=shape.hashtag_values,
            hashtag_skew=shape.hashtag_skew,
            keys=shape.keys,
            key_skew=shape.key_skew,
            duplicates=shape.duplicates,
            arrivals="even",
            seed=seed,
        ),
        configuration=planned_settings(first.configuration),
        events=report.Events(
            scheduled=events,
            sent=events,
            accepted=min(events, round(first.put.weight)),
            failed=0,
            resent=round(first.refused * first.seconds),
            accepted_in_time=round(first.accepted * first.seconds),
            counted=min(events, round(first.counted * first.seconds)),
        ),
        freshness=_as_distribution([outcome.probed for outcome in outcomes]),
        lists=_as_distribution([outcome.lists for outcome in outcomes]),
        put=_as_distribution([outcome.put for outcome in outcomes]),
        shards=tuple(
            report.Shard(
                shard_id=f"shard {number}" if weight == 1 else f"{weight:g} shards like {number}",
                records_rate=stream.peak / stream.aggregates(stream.peak).events,
                bytes_rate=stream.bytes_rate,
                refused=round(stream.refused),
                utilisation=(stream.utilisation,),
            )
            for number, (stream, weight) in enumerate(first.streams)
        ),
        functions={name: _function(name, run) for name, run in first.functions.items()},
        tables={
            "both": report.Table(
                write_units=first.usage.write_units * first.seconds, read_units=first.usage.read_units * first.seconds
            )
        },
        cost=None if bill is None else cost_section(bill, usual_cost(traffic, table), table),
        findings=tuple(_findings(outcomes, traffic, surroundings, seed)),
    )


def cost_section(bill: prices.Cost, usual_bill: prices.Cost, table: PriceTable) -> report.Cost:
    """Return a bill as reports have it."""
    millions = bill.events / 1e6
    return report.Cost(
        region=table.region,
        prices_as_of=table.collected,
        source=table.note,
        per_month=bill.month,
        per_million=bill.million_events,
        items=tuple(
            report.CostItem(
                item=item.name,
                per_month=item.dollars,
                per_million=item.dollars / millions if millions else 0.0,
                how=f"{item.amount:,.4g} {item.price.unit}, ${item.price.dollars:g} for {item.price.per:,}"
                f" ({item.price.as_of})",
            )
            for item in bill.items
        ),
        usual_per_million=usual_bill.million_events,
    )


def usual_cost(traffic: Traffic, table: PriceTable) -> prices.Cost:
    """Return what the same traffic costs in the usual design."""
    profile, shape = traffic.profile, traffic.shape
    mean = profile.events / profile.seconds
    return usual(mean, profile.peak, traffic.event_bytes, shape.hashtags, table.prices, duplicates=shape.duplicates)


def _as_distribution(spreads: Sequence[Spread]) -> report.Distribution | None:
    """Return a distribution of which each spread is a block."""
    measured = Measured("s", blocks=len(spreads))
    for block, spread in enumerate(spreads):
        for seconds, weight in spread.steps():
            if times := round(weight / spread.weight * EVENTS_A_BLOCK):
                measured.record(seconds, block=block, times=times)
    return measured.distribution()


def _function(name: str, run: FunctionRun) -> report.Function:
    ages = name == "IngestFunction"
    return report.Function(
        invocations=round(run.invocations),
        duration=_as_distribution([run.duration]),
        iterator_age=_as_distribution([run.age]) if ages else None,
    )


def _findings(
    outcomes: Sequence[Outcome], traffic: Traffic, surroundings: Surroundings, seed: int
) -> list[report.Finding]:
    outcome = outcomes[0]
    found = [report.Finding(kind="overload", text=text) for text in overload(outcomes, traffic, seed)]
    binding, used = outcome.binding, outcome.utilisation[outcome.binding]
    if not outcome.overloaded:
        found.append(report.Finding(kind="binding", text=f"{binding} is used most: {used:.0%} of it"))
    shards = sum(weight for _, weight in outcome.streams)
    if len(outcome.streams) < shards:
        text = f"{len(outcome.streams)} of {shards:,.0f} shards were looked at, for all of them"
        found.append(report.Finding(kind="remark", text=text))
    if (untold := unpredictable_windows(outcome.configuration, surroundings)) is not None:
        found.append(report.Finding(kind="remark", text=untold))
    return found
