"""All the benches there are, each run by itself."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from typing import Final

from tests.benchmarks.options import Options
from tests.benchmarks.report import Report

BENCHES: Final = ("producer", "ingest", "units", "rollup", "alerts", "reporting", "load", "tuning", "truth")
"""Each is a package beside this file, whose module ``bench`` has ``measure(options) -> Report``."""


def measure(name: str, options: Options) -> Report:
    """Run a bench in a process of its own, so that none runs in the memory that another has left behind."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measure_here, name, options).result()


def _measure_here(name: str, options: Options) -> Report:
    report: Report = import_module(f"tests.benchmarks.{name}.bench").measure(options)
    return report
