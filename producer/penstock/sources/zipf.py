"""Zipf's law: of many things the first is used most, the second about half as often, the third a third …"""


class Zipf:
    """Ranks drawn by Zipf's law, without a table: the inverse of a Pareto distribution, cut to whole ranks.

    The chance of a rank falls as ``1 / rank ** exponent``, a little less steeply among the first two or three.

    Args:
        count: how many ranks there are.
        exponent: how steeply the chance falls, above 0.

    >>> Zipf(1000, 1.0)(0.0), Zipf(1000, 1.0)(0.5), Zipf(1000, 1.0)(0.9999)
    (0, 30, 998)
    """

    def __init__(self, count: int, exponent: float) -> None:
        # The limit is the logarithm, which the general formula cannot divide by.
        power = 1 - exponent if abs(1 - exponent) > 1e-6 else 1e-6
        self._span = count**power - 1
        self._root = 1 / power

    def __call__(self, draw: float) -> int:
        """Turn an even draw from 0 up to 1 into a rank, from 0 for the most used up to ``count - 1``."""
        return int((1 + draw * self._span) ** self._root) - 1
