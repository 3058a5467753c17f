"""What must hold in every world, whatever went wrong in it."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, get_args

from consumers import counts as counting
from consumers.counts import Counts
from consumers.pane_log import segment as segments
from consumers.redrive.survey import read_failed_events
from consumers.schedule import DAY, HOUR, MINUTE
from consumers.tables import Level
from reporting.answers import Dimension
from reporting.windows import Window, format_seconds
from simulation.bounds import uses
from simulation.world.truth import Failure, Position

if TYPE_CHECKING:
    from simulation.world.world import World

FINGERPRINT_BYTES = 8
SHOWN_BYTES = 60
GIVEN_UP_PREFIX = "aws/lambda/"
"""What the names of Lambda's own objects begin with."""


def violations(world: "World") -> list[str]:
    """Return what does not hold when everything has drained and is summed. Call it from a program."""
    return [
        *_arrived(world),
        *_in_order(world),
        *_delivered_in_order(world),
        *_bounded(world),
        *_logged(world),
        *_set_aside(world),
        *_kept(world),
        *summed(world),
        *_reported(world),
        *world.reader.ahead,
        *world.view_order.went_back,
        *(f"minute {minute} was written, and nobody told of it" for minute in sorted(world.view_order.unnoted)),
        *world.functions.raised,
        *_given_up(world),
    ]


def _arrived(world: "World") -> Iterator[str]:
    """What a producer took is in the stream, at least as often as it was put; nothing was given back."""
    for data, times in world.accepted.items():
        arrived = len(world.truth.arrivals.get(data, ()))
        if arrived < times:
            yield f"an event was accepted {times} times and arrived {arrived} times: {data[:200]!r}"
    yield from (f"nobody sent what arrived: {data[:200]!r}" for data in world.truth.unsent)
    for client in world.clients:
        given_back = [each for each in client.failures if not each.startswith("EventTooLargeError")]
        yield from (f"a producer gave an event back: {each}" for each in given_back)


def _in_order(world: "World") -> Iterator[str]:
    """An ordered producer's events of a key arrive in the order of their puts."""
    for client in world.clients:
        if not client.ordered:
            continue
        for key, payloads in client.accepted.items():
            once = [data for data in payloads if data not in world.repeated]
            first = [min(arrivals) for data in once if (arrivals := world.truth.arrivals.get(data))]
            if first != sorted(first):
                yield f"the events of {key!r} of an ordered producer arrived in the order {first}"


def _delivered_in_order(world: "World") -> list[str]:
    """An ordered producer's events of a key are delivered when those before them are acknowledged.

    That is not promised where shards change while batches of one shard are processed at once: a lane's key names its
    shard, so that a key's events may be in two lanes of a child.
    """
    changed = any(shard.parents for shard in world.stream.shards.values())
    return [] if changed and world.ingest_mapping.batches_at_once > 1 else world.delivery_order.broken


def _bounded(world: "World") -> Iterator[str]:
    """Memory and disk stay within their bounds."""
    for kind, name, most, bound, unit in uses(world):
        if most > bound:
            yield f"the {kind} of {name} held {most} {unit}, more than {bound}"


def _given_up(world: "World") -> Iterator[str]:
    """No poller gives a batch up, but for segments that nobody read in time: they are told of, the sweep finds them."""
    for mapping in world.mappings:
        if mapping is not world.rollup_mapping or not world.stream_is_lost:
            yield from (f"{mapping.name} never got a batch: {record[:200]!r}" for record in mapping.discarded)
    objects = world.s3.buckets[world.bucket]
    told = {_batch_of(stored.body) for key, stored in objects.items() if key.startswith(GIVEN_UP_PREFIX)}
    yield from (
        f"nothing is stored of a batch that was given up: {record[:200]!r}"
        for record in world.rollup_mapping.discarded
        if _batch_of(record) not in told
    )


def _batch_of(record: bytes) -> tuple[str, str, str]:
    batch = json.loads(record)["DDBStreamBatchInfo"]
    return batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"]


def _logged(world: "World") -> Iterator[str]:
    """The sum of an address's segments, numbered without a gap, is what was sent; no fingerprint is there twice."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    marks: Counter[tuple[str, bytes]] = Counter()
    counted: dict[int, Counts] = defaultdict(counting.empty)
    for item in world.log.values():
        segment = segments.decode(item)
        key = segment.address.key
        if segment.expires < segment.address.pane + segment.address.seconds + world.horizon + world.stream_seconds:
            yield f"segment {segment.number} of {key} expires while its events may come again"
        numbers[key].append(segment.number)
        marks.update(
            (key, segment.fingerprints[at : at + FINGERPRINT_BYTES])
            for at in range(0, FINGERPRINT_BYTES * segment.events, FINGERPRINT_BYTES)
        )
        counting.add(counted[segment.address.minute], segment.counts)
    for key, found in numbers.items():
        if sorted(found) != list(range(len(found))):
            yield f"address {key} has the segments {sorted(found)}"
    yield from (f"a fingerprint is {times} times in {key}" for (key, _), times in marks.items() if times > 1)
    if len(marks) != len(world.truth.events):
        yield f"the log has {len(marks)} events, and {len(world.truth.events)} count"
    yield from _differences("the log", counted, world.truth.by(MINUTE))


def _set_aside(world: "World") -> Iterator[str]:
    """What can't be counted is kept, each by its position and once, with its reason and its bytes."""
    stored = read_failed_events(world.s3.client(), world.bucket)
    found: Counter[tuple[Position, Failure]] = Counter(
        (event.position, Failure(str(event.reason), event.data)) for event in stored
    )
    expected = Counter(world.truth.failed.items())
    for what, failures in (
        ("not among the failed events", expected - found),
        ("wrongly a failed event", found - expected),
    ):
        for position, failure in sorted(failures.elements()):
            yield f"{what}: {tuple(position)}, {failure.reason}, {failure.data[:SHOWN_BYTES]!r}"


def summed(world: "World") -> Iterator[str]:
    """Yield where minutes, hours or days in the table itself are not what was sent."""
    for level in Level:
        expected = world.truth.by(level.seconds)
        yield from _differences(f"{level.name.lower()}s", held(world, level), expected)


def is_unfinished(world: "World") -> bool:
    """Tell whether a closed hour or day is not the sum of its minutes, and something of it waits until it is due.

    That may be where rollup corrected a minute at once and failed halfway, and whoever got the batch again kept it; or
    where the sweep repaired what the log's stream has lost, and failed halfway: it comes to each hour once a day.
    """
    state = world.table.state()
    if state is None:
        return False
    late_done, until = state.late_done or 0, int(world.scheduler.now) + DAY
    minutes = held(world, Level.MINUTE)
    for level, closed in ((Level.HOUR, state.closed), (Level.DAY, state.day_closed)):
        sums: dict[int, Counts] = defaultdict(counting.empty)
        for minute, counts in minutes.items():
            if level.floor(minute) < closed:
                counting.add(sums[level.floor(minute)], counts)
        stored = held(world, level)
        for start, counts in sums.items():
            if stored.get(start) != counts and (
                world.stream_is_lost
                or any(
                    any(world.table.late(hour, late_done, until, _refuse))
                    for hour in range(start, start + level.seconds, HOUR)
                )
            ):
                return True
    return False


def _refuse(error: Exception) -> None:
    raise error


def held(world: "World", level: Level) -> dict[int, Counts]:
    """Return the counts of all minutes, hours or days in the table."""
    kind = f"{level.name.lower()}#"
    starts = [_epoch(start) for bucket, start in world.dynamodb.tables[world.trends_table] if bucket.startswith(kind)]
    first, last = min(starts, default=0), max(starts, default=0) + level.seconds
    found: dict[int, Counts] = defaultdict(counting.empty)
    for bucket in range(world.most_buckets):
        for item in world.table.query(level, bucket, first, last, consistent=True):
            counting.add(found[item.start], item.counts)
    return found


def _differences(what: str, found: dict[int, Counts], expected: object) -> Iterator[str]:
    if found == expected:
        return
    assert isinstance(expected, dict)  # noqa: S101 - for the reader's type checker: Counters are Counts
    for start in sorted(found.keys() | expected.keys()):
        if found.get(start) != expected.get(start):
            yield f"{what} at {_time(start)}: {found.get(start)} instead of {expected.get(start)}"
            return


def _kept(world: "World") -> Iterator[str]:
    """Minutes outlive the last correction that may come, hours a quarter, days two years (docs/rollup.md)."""
    # Whatever waited in the stream, and then in the log's for the 24 hours that DynamoDB keeps it.
    least = {"minute": world.horizon + world.stream_seconds + DAY, "hour": 90 * DAY, "day": 800 * DAY}
    for (bucket, start), item in world.dynamodb.tables[world.trends_table].items():
        level = bucket.partition("#")[0]
        if level in least and int(item["x"]["N"]) < _epoch(start) + least[level]:
            yield f"{bucket} {start} expires at {_time(int(item['x']['N']))}"


def _reported(world: "World") -> Iterator[str]:
    """The reporting API answers with what was sent: top lists, totals and series."""
    if not world.truth.events:
        return
    chance = world.scheduler.chance
    queries = world.reader.queries()
    window = chance.choice(list(Window))
    end = chance.choice(list(world.truth.by(window.level.seconds))) + window.level.seconds
    sent = world.truth.between(end - window.seconds, end)
    for dimension in get_args(Dimension):
        answer = queries.trends(dimension, window, 1_000, None, moment(end))
        if (found := [(item.value, item.count) for item in answer.items]) != (wanted := ranked(sent[dimension])):
            yield f"the top list of {dimension} is {found} instead of {wanted}"
    if (events := queries.summary(window, moment(end)).events) != sent["kind"].total():
        yield f"the summary has {events} events instead of {sent['kind'].total()}"
    hour, of_hour = chance.choice(list(world.truth.by(HOUR).items()))
    value = chance.choice([*sorted(of_hour["hashtag"]), "nothing"])
    series = queries.series("hashtag", value, Level.MINUTE, moment(hour), moment(hour + HOUR))
    points = {point.start: point.count for point in series.points if point.count}
    expected = {
        format_seconds(minute): of_minute["hashtag"][value]
        for minute, of_minute in world.truth.by(MINUTE).items()
        if hour <= minute < hour + HOUR and of_minute["hashtag"][value]
    }
    if points != expected:
        yield f"the series of {value!r} is {points} instead of {expected}"


def ranked(counter: Counter[str]) -> list[tuple[str, int]]:
    """Return values with their counts as top lists have them."""
    return sorted(counter.items(), key=lambda entry: (-entry[1], entry[0]))


def moment(epoch_seconds: int) -> datetime:
    """Return a time as questions have it."""
    return datetime.fromtimestamp(epoch_seconds, UTC)


def _epoch(start: str) -> int:
    """Return the time in a sort key, whose part's number may follow."""
    return int(datetime.fromisoformat(start.partition("#")[0]).replace(tzinfo=UTC).timestamp())


def _time(epoch_seconds: int) -> str:
    return f"{moment(epoch_seconds):%Y-%m-%d %H:%M:%S}"


def kind_of(violation: str) -> str:
    """Return what a violation is about, without what is of one run alone.

    >>> kind_of("the log has 5 events, and 6 count")
    'the log has'
    """
    return re.split(r"[\d'\"(\[{]", violation, maxsplit=1)[0].strip()


def shortened(texts: Iterable[str], most: int = 5) -> list[str]:
    """Return the first of many texts, and how many there are more."""
    every = list(texts)
    return every[:most] + ([f"and {len(every) - most} more"] if len(every) > most else [])
