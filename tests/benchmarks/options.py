"""What the user of the benches asks for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """The command line's options, for all benches.

    Attributes:
        rounds: that count, where contenders are compared in rounds; at least 2.
        memory: whether to put ten million events through the producer, too.
        late_seconds: of time with late events, where those are metered; a whole number of minutes.
        rollup_events: events that go through rollup; at least 100,000.
    """

    rounds: int = 10
    memory: bool = True
    late_seconds: int = 900
    rollup_events: int = 10_000_000
