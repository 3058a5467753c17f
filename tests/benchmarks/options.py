"""What the user of the benches asks for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """The command line's options, for all benches.

    Attributes:
        rounds: that count, where contenders are compared in rounds; at least 2.
        memory: whether to put ten million events through the producer, too.
    """

    rounds: int = 10
    memory: bool = True
