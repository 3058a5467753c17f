"""Reporting a producer's statistics to an exporter, from time to time and at the end."""

import logging
from collections.abc import Callable
from threading import Event, Lock
from typing import TYPE_CHECKING

from penstock.delivery.statistics import Statistics
from penstock.shells.daemons import start_daemon
from penstock.shells.deadlines import GRACE_SECONDS
from penstock.shells.logging_safely import log_safely

if TYPE_CHECKING:
    from penstock.metrics import Exporter

_logger = logging.getLogger("penstock")


class Reports:
    """Has a thread of its own, since an exporter may write to what blocks.

    Args:
        exporter: what is reported to, none for no reports and no thread.
        stream: what the exporter is told of.
        statistics: returns a snapshot, or none if there is none to be had now. Called on that thread.
    """

    def __init__(self, exporter: "Exporter | None", stream: str, statistics: Callable[[], Statistics | None]) -> None:
        self._exporter = exporter
        self._stream = stream
        self._statistics = statistics
        self._ended = Event()
        self._exporting = Lock()
        if exporter is not None:
            start_daemon(self._run, "metrics", self._ended.set)

    def end(self, statistics: Statistics) -> None:
        """Report the last snapshot and end, unless that was done before. Returns within seconds, come what may."""
        if self._exporter is None or self._ended.is_set():
            return
        self._ended.set()
        self._export(self._exporter, statistics, last=True)

    def _run(self) -> None:
        exporter = self._exporter
        while exporter is not None and not self._ended.wait(exporter.interval_seconds):
            statistics = self._statistics()
            if statistics is not None:
                self._export(exporter, statistics, last=False)

    def _export(self, exporter: "Exporter", statistics: Statistics, *, last: bool) -> None:
        if not self._exporting.acquire(timeout=GRACE_SECONDS):
            log_safely(
                _logger.warning, "the statistics of %s were not exported: the last export still runs", self._stream
            )
            return
        try:
            if last or not self._ended.is_set():
                exporter.export(statistics)
        except Exception:  # noqa: BLE001 - it is logged
            log_safely(_logger.exception, "the statistics of %s could not be exported; delivery goes on", self._stream)
        finally:
            self._exporting.release()
