"""What a simulation can't tell of windows, in words."""

from load.configuration import Configuration
from load.model.surroundings import Surroundings


def unpredictable_windows(configuration: Configuration, surroundings: Surroundings) -> str | None:
    """Return what is to be said of how windows stand to each other; none where a simulation tells that.

    On a stack that starts with the run, it follows from the first batches, and a batch takes hundredths of a second
    longer than its window: windows of equal length shift next to each other by the difference of these, too little and
    too uncertain to come through all the ways they can stand within minutes (docs/tuning.md, "Next to the local
    stack").

    >>> from load.model.surroundings import AWS
    >>> unpredictable_windows(Configuration(ingest_window_seconds=2, rollup_window_seconds=2), AWS)
    """
    window = configuration.rollup_window_seconds
    if not surroundings.fresh or not window or configuration.ingest_window_seconds != window:
        return None
    return (
        f"ingest's and rollup's windows are {window:g} s both: how they stand to each other is chance and stays for "
        "minutes, so medians of local runs may be half a window fresher or later"
    )
