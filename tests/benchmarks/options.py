"""What the user of the benches asks for."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Options:
    """The command line's options, for all benches.

    Attributes:
        rounds: that count, where contenders are compared in rounds; at least 2.
        memory: whether to put ten million events through the producer, too.
        late_seconds: of time with late events, where those are metered; a whole number of minutes.
        rollup_events: events that go through rollup; at least 100,000.
        truth_runs: folder of the runs that the simulation is compared with; those it has are not made again.
        truth_minutes: after which no more runs are begun.
        calibration: file that the simulation is calibrated by; none for the one that comes along.
    """

    rounds: int = 10
    memory: bool = True
    late_seconds: int = 900
    rollup_events: int = 10_000_000
    truth_runs: Path = Path(".build/truth")
    truth_minutes: float = 90.0
    calibration: Path | None = None
