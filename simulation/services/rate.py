"""So much a second: how services limit what is asked of one part of theirs."""


class Rate:
    """A bucket that holds a second's worth, is full at first and fills again all the time.

    What is worth more than a second is let through when the bucket is full, and what comes after waits until it is paid
    for. Times are seconds, of any clock.
    """

    __slots__ = ("_left", "_per_second", "_since")

    def __init__(self, per_second: float, now: float) -> None:
        self._per_second = per_second
        self._left = per_second
        self._since = now

    def allows(self, amount: float, now: float) -> bool:
        """Tell whether there is room for an amount."""
        if now > self._since:
            self._left = min(self._per_second, self._left + (now - self._since) * self._per_second)
            self._since = now
        return self._left >= min(amount, self._per_second)

    def take(self, amount: float) -> None:
        """Take what was allowed."""
        self._left -= amount
