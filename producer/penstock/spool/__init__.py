"""The spool: events on disk until they are acknowledged, so that the next process sends what one left."""
