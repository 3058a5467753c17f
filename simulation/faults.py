"""The table of faults: what may go wrong in a simulated world, how likely it is, and how often it did.

Each line can be switched off, and has a source of chance of its own: without one fault the others strike as before, as
far as the run is the same.
"""

import random
from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple


class Fault(NamedTuple):
    """One line of the table. `rate` is the probability each time that it could strike."""

    name: str
    what: str
    rate: float


TABLE: Final = (
    # Calls of services, by whomever.
    Fault("lost_answer", "a call is carried out, perhaps after its caller gave it up, and its answer lost", 0.006),
    Fault(
        "repeated_call", "a call is carried out twice, the second time after others, perhaps after its answer", 0.006
    ),
    Fault("refused_call", "a call is refused with an error of the service", 0.006),
    Fault("slow_service", "a call takes seconds", 0.004),
    Fault("throttled_shard", "a shard refuses a read, or records of a PutRecords, for its limits", 0.02),
    Fault("throttled_table", "a table refuses a call for its capacity", 0.006),
    Fault("stale_read", "an eventually consistent read does not see the last writes", 0.5),
    Fault("partial_put", "PutRecords takes some of its records only", 0.05),
    Fault("failed_event_write", "a write of failed events, or of a batch that was given up, is refused", 0.2),
    Fault("failed_note", "a write of change notes is refused, in worlds with views", 0.15),
    Fault("iterator_expired", "a shard iterator expires early", 0.02),
    # Functions.
    Fault("throttled_function", "Lambda has no concurrency for an invocation", 0.02),
    Fault("lost_invocation", "an invocation's request or its answer is lost", 0.02),
    Fault("handler_killed", "a function is killed between any two calls, before or after the effect", 0.05),
    Fault("handler_timed_out", "a function hangs at a call until its timeout kills it", 0.03),
    Fault("handler_nonsense", "a function's answer is nonsense", 0.02),
    Fault("duplicate_delivery", "a batch comes again, up to ten minutes later", 0.05),
    Fault("two_handlers", "a batch is with two functions at once", 0.05),
    Fault("stale_records", "rollup gets a batch of old", 0.05),
    Fault("shuffled_records", "rollup gets a batch again, its records in any order", 0.05),
    Fault("poller_restarted", "a poller starts anew from its checkpoints while its invocations run", 0.35),
    # Events.
    Fault("malformed_event", "an event is no JSON, or breaks a rule", 0.03),
    Fault("oversize_event", "an event is longer than the contract or the stream takes", 0.004),
    Fault("hostile_record", "a stranger puts records made to break their reader", 0.25),
    Fault("repeated_event", "a client sends an event again", 0.15),
    Fault("untimely_event", "an event is of another time: late, too late, of the future", 0.04),
    # Producers.
    Fault("producer_killed", "a producer's process is killed, and another starts from its spool", 0.12),
    Fault("torn_tail", "that happens in the midst of a write to the spool", 0.5),
    Fault("clock_skew", "a producer's clock is wrong by up to four minutes", 0.3),
    # The platform. The rate is that of a run.
    Fault("shard_split", "a shard is split under load", 0.6),
    Fault("shards_merged", "two shards are merged under load", 0.4),
    Fault("refused_writes", "a table refuses all writes for some seconds", 0.5),
    Fault("outage_of_kinesis", "Kinesis answers nobody for up to ten minutes", 0.25),
    Fault("outage_of_dynamodb", "likewise DynamoDB", 0.15),
    Fault("outage_of_streams", "likewise DynamoDB's streams", 0.25),
    Fault("outage_of_s3", "likewise S3", 0.35),
    Fault("outage_of_lambda", "likewise Lambda", 0.15),
    Fault("redeployed", "a schedule with another entry is deployed; old and new functions run together", 0.35),
    Fault("log_stream_lost", "the log's stream is not read for more than a day, so that it loses records", 0.18),
    Fault("expired_early", "the log's items expire up to a day early", 0.17),
    Fault("expired_late", "the log's items expire late, one by one", 0.15),
    Fault("expired_never", "the log's items do not expire", 0.12),
)

NAMES: Final = tuple(fault.name for fault in TABLE)

INTENSITIES: Final = (0.3, 1.0, 1.0, 2.0)
"""One is drawn for each run and fault, so that runs differ in what prevails."""


class UnknownFaultError(Exception):
    """A name that is not in the table."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no fault {name!r:.60}; the faults are {', '.join(NAMES)}")


def selected(text: str) -> frozenset[str]:
    """Read a choice of faults: names with commas between them, `none`; or, each after a minus, all but these.

    >>> sorted(selected("lost_answer,partial_put"))
    ['lost_answer', 'partial_put']
    >>> len(selected("-lost_answer")) == len(TABLE) - 1
    True

    Raises:
        UnknownFaultError: a name is not in the table, or there is none.
    """
    if text.strip() == "none":
        return frozenset()
    names = {name.strip() for name in text.split(",")} - {""}
    if not names:
        raise UnknownFaultError(text)
    without = {name[1:] for name in names if name.startswith("-")}
    only = {name for name in names if not name.startswith("-")}
    for name in sorted(only | without):
        if name not in NAMES:
            raise UnknownFaultError(name)
    return frozenset(only if only or not without else NAMES) - without


class Faults:
    """The faults of one run.

    Attributes:
        counts: How often each has struck.
    """

    def __init__(self, seed: int, allowed: Iterable[str] = NAMES) -> None:
        """Let those that are `allowed` strike, as `seed` has it."""
        self.counts: Final[Counter[str]] = Counter()
        self._chances = {name: random.Random(f"{seed} {name}") for name in NAMES}
        self._draws = {name: chance.random for name, chance in self._chances.items()}
        self._rates = dict.fromkeys(NAMES, 0.0)
        allowed = frozenset(allowed)
        for fault in TABLE:
            intensity = self._chances[fault.name].choice(INTENSITIES)
            if fault.name in allowed:
                self._rates[fault.name] = min(fault.rate * intensity, 1.0)

    def strikes(self, name: str) -> bool:
        """Tell whether a fault strikes now, and count it."""
        rate = self._rates[name]
        if not rate or self._draws[name]() >= rate:
            return False
        self.counts[name] += 1
        return True

    def looms(self, name: str) -> bool:
        """Tell whether a fault is to strike later, if it comes to that: `struck` counts it then."""
        rate = self._rates[name]
        return bool(rate) and self._draws[name]() < rate

    def struck(self, name: str) -> None:
        """Count a fault."""
        self.counts[name] += 1

    def chance(self, name: str) -> random.Random:
        """Return what decides on the details of a fault."""
        return self._chances[name]

    def end(self) -> None:
        """Let none strike any more."""
        self._rates = dict.fromkeys(NAMES, 0.0)
