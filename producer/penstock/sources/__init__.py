"""Sources of social events: made up, from files, from standard input, and live from Bluesky."""

from penstock.sources.opening import open_source
from penstock.sources.source import RawEvent, Source, SourceError, SourceItem

__all__ = ["RawEvent", "Source", "SourceError", "SourceItem", "open_source"]
