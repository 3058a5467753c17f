"""A target that takes everything at once: shows what the generator and the machine can do."""

from collections.abc import Callable, Mapping

from load.generator.stream import StreamAddress
from load.runs.reporting_api import ReportingApi
from load.runs.target import Insides


class StubTarget:
    """A stubbed stream in each of the generator's processes, and nothing behind it.

    Args:
        shards: of the stream.
    """

    def __init__(self, shards: int) -> None:
        self._shards = shards

    @property
    def name(self) -> str:
        """What the report calls it."""
        return "stubbed stream in the generator's processes"

    @property
    def local(self) -> bool:
        """It takes no part of the machine worth speaking of."""
        return False

    @property
    def address(self) -> StreamAddress:
        """Where events go."""
        return StreamAddress("stub", shards=self._shards)

    @property
    def configuration(self) -> Mapping[str, str | int | float | bool]:
        """Its shards."""
        return {"ShardCount": str(self._shards)}

    @property
    def starts_every(self) -> float | None:
        """At once."""
        return None

    def api(self) -> ReportingApi | None:
        """There is none."""
        return None

    def begin(self) -> None:
        """Nothing is to be measured."""

    def iterator_age(self) -> float | None:
        """Nobody consumes."""
        return None

    def end(self) -> None:
        """Nothing was measured."""

    def insides(self, _wait: Callable[[str], bool], /) -> Insides:
        """Nothing was measured."""
        return Insides({}, {})
