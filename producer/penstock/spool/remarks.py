"""What the spool has to say to the log, kept until no lock is held: a handler of the log may put events itself."""

import logging
from collections.abc import Callable
from functools import partial

_logger = logging.getLogger("penstock")


class Remarks:
    """Collects remarks. Whoever collects holds a lock; whoever has taken them calls each where there is none."""

    def __init__(self) -> None:
        self._remarks: list[Callable[[], None]] = []

    def warn(self, text: str, *arguments: object) -> None:
        """Collect a warning, as ``logging`` formats it."""
        self._remarks.append(partial(_logger.warning, text, *arguments))

    def inform(self, text: str, *arguments: object) -> None:
        """Collect a remark that is no warning."""
        self._remarks.append(partial(_logger.info, text, *arguments))

    def take(self) -> list[Callable[[], None]]:
        """Take the remarks away; each, when it is called, logs itself."""
        remarks, self._remarks = self._remarks, []
        return remarks
