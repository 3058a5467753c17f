"""What a redrive came to: plain counts, filled as it goes."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class SendReport:
    """What became of the failed events that were selected."""

    selected: int = 0
    sent: int = 0
    """Acknowledged by the stream and marked; in a dry run, those that would be sent."""
    already_redriven: int = 0
    """Skipped, since they are marked."""
    held_back: Counter[str] = field(default_factory=Counter)
    """Not sent, since they would only fail again: by the reason they would fail for."""
    advice: dict[str, str] = field(default_factory=dict)
    """What to do about those: one sentence for each reason, of the first such event."""
    undelivered: Counter[str] = field(default_factory=Counter)
    """Not acknowledged, by the producer's error. A failed attempt may have written them all the same."""
    not_readable: int = 0
    """Lines that are no failed events."""
    complete: bool = False
    """Whether the bucket was looked through to its end. Only the end itself says so."""
    dry_run: bool = False

    @property
    def well(self) -> bool:
        """Whether there is nothing to repeat or to look into, apart from what is held back."""
        return self.complete and not self.undelivered and not self.not_readable

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class FoldReport:
    """What became of the discarded batches that were selected."""

    batches: int = 0
    folded_batches: int = 0
    """Written to the last event and marked; in a dry run, those that would be folded."""
    already_redriven: int = 0
    records: int = 0
    """Kinesis records in the folded batches."""
    counted: int = 0
    """Events that count now and did not before."""
    duplicates: int = 0
    """Events that had been counted already, by ingest before it gave up or by an earlier redrive."""
    failed: Counter[str] = field(default_factory=Counter)
    """Events that became failed events, by reason."""
    unfinished: Counter[str] = field(default_factory=Counter)
    """Batches of which not all could be written, by the error. Repeating counts nothing twice."""
    not_readable: int = 0
    """Objects that hold no batch of the event stream."""
    complete: bool = False
    dry_run: bool = False

    @property
    def well(self) -> bool:
        """Whether there is nothing to repeat or to look into."""
        return self.complete and not self.unfinished and not self.not_readable

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}
