"""What an erasure came to: plain counts, filled as it goes, without a name."""

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Report:
    """Counts of both buckets."""

    objects: int = 0
    """Looked at."""
    failed_events: int = 0
    """Events erased, or to be erased, from failed events."""
    discarded_batches: int = 0
    """From batches that Lambda gave up."""
    archive: int = 0
    """From the archive."""
    objects_changed: int = 0
    old_versions: int = 0
    """Old versions of objects deleted, or to be deleted, since they held such events."""
    unclear: int = 0
    """Records that can't be attributed and have the author's name in them: left alone."""
    not_readable: int = 0
    """Objects and lines that are not what their names say: not looked into."""
    again_after_hours: int = 0
    """When to repeat it: by then the stream has forgotten what it held when this ended."""
    complete: bool = False
    """Whether both buckets were looked through to the end. Only the end itself says so."""
    confirmed: bool = False
    """Whether anything was erased; otherwise it was only counted."""

    @property
    def found(self) -> bool:
        """Whether any object holds, or held, an event of the author's."""
        return bool(self.objects_changed or self.old_versions)

    @property
    def well(self) -> bool:
        """Whether there is nothing to look into."""
        return self.complete and not self.not_readable and not self.unclear

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}
