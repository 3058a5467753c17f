"""Finding the few faults that a failing seed needs."""

from collections.abc import Callable, Iterable


def shrunk(faults: Iterable[str], fails: Callable[[frozenset[str]], bool]) -> frozenset[str]:
    """Return a part of `faults` with which it still fails, and without any one of which it does not.

    `fails` tells whether the run with a set of faults fails. It is known to fail with all of them. Larger parts are
    left out first, as in "Simplifying and Isolating Failure-Inducing Input" (Zeller and Hildebrandt, 2002).

    >>> sorted(shrunk("abcdefgh", lambda some: {"b", "g"} <= some))
    ['b', 'g']
    """
    left = sorted(faults)
    size = max(len(left) // 2, 1)
    while left:
        removed = False
        at = 0
        while at < len(left):
            without = left[:at] + left[at + size :]
            if fails(frozenset(without)):
                left, removed = without, True
            else:
                at += size
        if size == 1 and not removed:
            break
        if not removed or size > len(left):
            size = max(size // 2, 1)
    return frozenset(left)
