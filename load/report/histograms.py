"""Histograms as reports hold them: HdrHistogram's own encoding (V2, compressed, base64)."""

from typing import Annotated

from hdrh.histogram import HdrHistogram
from pydantic import AfterValidator


def decoded(encoded: str) -> HdrHistogram:
    """Return a histogram from a report.

    Raises:
        ValueError: it is none.
    """
    try:
        histogram = HdrHistogram.decode(encoded)
    except Exception as error:  # the library lets through what zlib, base64 and struct raise
        raise ValueError("no HdrHistogram") from error
    if histogram is None:
        raise ValueError("no HdrHistogram")
    return histogram


def _readable(encoded: str) -> str:
    decoded(encoded)
    return encoded


Histogram = Annotated[str, AfterValidator(_readable)]
"""One that can be decoded."""
