"""What is said between a worker and whoever started it about an event that is watched."""

from typing import NamedTuple


class Probe(NamedTuple):
    """An event to be put among the worker's own, so that it waits as they do.

    Attributes:
        number: by which it is known.
        author: its partition key.
        data: its JSON.
    """

    number: int
    author: str
    data: bytes


class Acknowledged(NamedTuple):
    """A probe's outcome.

    Attributes:
        number: the probe's.
        at: when the stream's acknowledgement came, in seconds of `time.monotonic`.
        failure: why it was not delivered; none if it was.
    """

    number: int
    at: float
    failure: str | None
