"""What may be spent on correcting the past at once, so that it stays a small part of the whole."""

from typing import Final

SHARE: Final = 0.25
"""Of what events on time cost, unless ``CORRECTION_PERCENT`` says otherwise. A quiet table's few late events are so
counted at once, a busy one's are gathered."""

TO_BEGIN_WITH: Final = 2_000.0
"""Times the share, in write units: what may be spent without having been earned, and the most that is saved up."""


class Allowance:
    """An account in write units. Spending may overdraw it, and then waits until that is earned."""

    def __init__(self, share: float = SHARE) -> None:
        """Allow `share` of what is earned, and something to begin with."""
        self._share = share
        self._most = share * TO_BEGIN_WITH
        self._left = self._most

    @property
    def is_left(self) -> bool:
        """Whether something may be spent."""
        return self._left > 0

    def earn(self, units: float) -> None:
        """Take note that events on time have cost `units`."""
        self._left = min(self._left + self._share * units, self._most)

    def spend(self, units: float) -> None:
        """Take note that late events have cost `units`."""
        self._left -= units
