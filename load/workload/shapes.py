"""The profiles that have names: steady, ramp, step, spike and diurnal."""

from math import cos, tau
from typing import Final

from load.workload.profile import Piece, Profile

DIURNAL_PIECES: Final = 96
"""Straight pieces of a day: a quarter of an hour each, which differ from the curve by less than a thousandth."""


def steady(rate: float, seconds: float) -> Profile:
    """Return one rate all the time."""
    return Profile([Piece(seconds, rate, rate)], f"steady {rate:g}")


def ramp(start: float, end: float, seconds: float) -> Profile:
    """Return a rate that goes straight from one value to another."""
    return Profile([Piece(seconds, start, end)], f"ramp {start:g} to {end:g}")


def step(before: float, after: float, seconds: float) -> Profile:
    """Return a rate that changes at once, after half of the time."""
    halves = [Piece(seconds / 2, before, before), Piece(seconds / 2, after, after)]
    return Profile(halves, f"step {before:g} to {after:g}")


def spike(rate: float, peak: float, seconds: float) -> Profile:
    """Return a rate that is left for a peak in the middle tenth of the time, and comes back."""
    around, within = 0.45 * seconds, 0.1 * seconds
    pieces = [Piece(around, rate, rate), Piece(within, peak, peak), Piece(around, rate, rate)]
    return Profile(pieces, f"spike {rate:g} to {peak:g}")


def diurnal(trough: float, peak: float, seconds: float) -> Profile:
    """Return a day's wave in the given time: from the trough up to the peak and down again."""

    def rate(share: float) -> float:
        return trough + (peak - trough) * (1 - cos(tau * share)) / 2

    length = seconds / DIURNAL_PIECES
    pieces = [Piece(length, rate(n / DIURNAL_PIECES), rate((n + 1) / DIURNAL_PIECES)) for n in range(DIURNAL_PIECES)]
    return Profile(pieces, f"diurnal {trough:g} to {peak:g}")
