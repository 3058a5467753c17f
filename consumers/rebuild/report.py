"""What a rebuild came to: plain counts, filled as it goes."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from consumers.failed_events import Reason


@dataclass(slots=True)
class Report:
    """Counts of this run alone; what an earlier run folded is in `objects_before`."""

    objects: int = 0
    """Objects of the archive within the span."""
    stored_bytes: int = 0
    """Their size, compressed."""
    objects_before: int = 0
    """Of these, folded by an earlier run."""
    objects_folded: int = 0
    discarded_batches: int = 0
    """Batches that Lambda had given up before the archive had them, folded now."""
    counted: int = 0
    """Events that are in the pane log now and were not before."""
    duplicates: int = 0
    """Copies of events that are in it: sent twice, or archived twice."""
    failed: Counter[Reason] = field(default_factory=Counter)
    """Events that failed, each once, as they did when they arrived."""
    hours_summed: int = 0
    """Hours of event time brought into the trends."""
    not_summed: int = 0
    """Buckets of minutes, hours and days that no repetition could bring up to date."""
    not_readable: int = 0
    """Objects and records that are damaged: what they hold is missing."""
    complete: bool = False
    """Whether all of the span is in both tables. Only the end itself says so."""
    tables: str = ""
    log_stream_arn: str = ""
    """What the stack is told when it is switched to the tables."""
    trends_stream_arn: str = ""
    """Likewise."""
    dry_run: bool = False

    @property
    def well(self) -> bool:
        """Whether there is nothing to repeat or to look into."""
        return self.complete and not self.not_readable and not self.not_summed

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}
