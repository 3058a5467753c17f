"""Sends the lines of an input to a stream."""

import math
import os
import time
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
from rich.console import Console

from penstock.cli.connection import Connection
from penstock.cli.ending import FAILURE
from penstock.cli.failures import SettingsError, explained
from penstock.cli.put.account import Account
from penstock.cli.put.input import LineInput, open_input
from penstock.cli.put.interruption import Interruption
from penstock.cli.put.lines import MAX_LINE_BYTES, BadLineError, LineReader, Put
from penstock.cli.put.progress import PutProgress
from penstock.cli.put.summary import summary
from penstock.config import ProducerConfig, ProducerOptions
from penstock.delivery.outcomes import PutResult
from penstock.environment import config_from_environment
from penstock.errors import BufferFullError, FlushTimeoutError, InvalidEventError
from penstock.pace import Pace
from penstock.producer import Producer
from penstock.sources.lines import split_lines
from penstock.sources.source import SourceError
from penstock.stream_name import stream_parameter

SLICE_SECONDS: Final = 0.2
"""Longest wait before a look at whether someone interrupted."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PutOrder:
    """What is to be put where, and how.

    Attributes:
        stream: the stream's name or ARN.
        source: path of a file, or ``-`` for standard input.
        connection: how to reach the stream.
        reader: makes of each line what is put.
        rate: most events a second, none for as fast as they come.
        failed: where to write the lines that are not delivered, if anywhere.
        options: of the producer, in place of those of the environment.
    """

    stream: str
    source: str
    connection: Connection
    reader: LineReader
    rate: float | None
    failed: Path | None
    options: dict[str, Any]


def run(order: PutOrder) -> int:
    """Put all lines; return the exit status: 0, 1 if any line was not delivered, 128 and a signal's number.

    Raises:
        click.ClickException: if the stream cannot be asked for, or a file not be written.
        PenstockError: if the input cannot be read, or an option is wrong.
    """
    config = _config(order.options)
    source = open_input(order.source)
    _check_stream(order)  # before a line is read
    with ExitStack() as stack:
        failed = None if order.failed is None else stack.enter_context(_open_failed(order.failed, order.source))
        interruption = stack.enter_context(Interruption(source.close))
        producer = Producer(order.stream, session=order.connection.session(), config=config)
        # Whatever happens below, nothing is waited for twice: what had no outcome by then is given up.
        stack.callback(producer.close, 0)
        progress = stack.enter_context(PutProgress(Console(stderr=True), source.size, producer.stats))
        putting = _Putting(
            order=order,
            config=config,
            source=source,
            producer=producer,
            interruption=interruption,
            progress=progress,
            failed=failed,
        )
        return putting.run()


class _Putting:
    """One run over the input."""

    def __init__(
        self,
        *,
        order: PutOrder,
        config: ProducerConfig,
        source: LineInput,
        producer: Producer,
        interruption: Interruption,
        progress: PutProgress,
        failed: BinaryIO | None,
    ) -> None:
        self._order = order
        self._may_wait = config.when_full != "raise"
        self._source = source
        self._producer = producer
        self._interruption = interruption
        self._progress = progress
        self._keeps_failed = failed is not None
        self._account = Account(progress.tell, failed)
        self._pace = Pace(order.rate, time.monotonic)
        self._began = time.monotonic()
        self._show_at = 0.0
        self._lines = 0
        self._bytes = 0

    def run(self) -> int:
        try:
            whole = self._put_all()
        except SourceError as error:  # in the middle: what was read before is delivered all the same
            whole = False
            self._progress.tell(f"error: {error}; stopped after line {self._lines:,}")
        if self._interruption.signal is None and self._account.hopeless is not None and not whole:
            self._progress.tell(f"stopped after line {self._lines:,} of {self._source.name}: no event can be delivered")
        self._drain()
        self._progress.tell(
            summary(self._account, self._producer.stats(), seconds=time.monotonic() - self._began, lines=self._lines)
        )
        if self._interruption.signal is not None:
            return 128 + self._interruption.signal
        return FAILURE if self._account.failed or not whole else 0

    def _put_all(self) -> bool:
        """Put line after line; return whether all of them were read."""
        for line in split_lines(self._source.chunks(), MAX_LINE_BYTES):
            # What an interrupted input ends with can be half a line.
            if self._interruption.signal is not None:
                return False
            # Without a file for them, lines that cannot be delivered are best left where they are.
            if self._account.hopeless is not None and not self._keeps_failed:
                return False
            self._lines += 1
            self._bytes += 1 + (len(line) if isinstance(line, bytes) else line.size)
            if line == b"":
                continue
            if not isinstance(line, bytes):
                error = BadLineError(f"{line.size:,} bytes are too many: the longest line has {MAX_LINE_BYTES:,}")
                self._account.invalid(self._lines, None, error)
            elif not self._put(line):
                self._lines -= 1
                return False
        return self._interruption.signal is None

    def _put(self, line: bytes) -> bool:
        """Put a line, or note why not; return false if it was not put since someone interrupted."""
        self._show()
        try:
            put = self._order.reader(line, self._lines)
            while wait := self._pace.wait():
                if self._interruption.signal is not None:
                    return False
                time.sleep(min(wait, SLICE_SECONDS))
                self._show()
            future = self._put_when_room(put)
        except (BadLineError, InvalidEventError, BufferFullError) as error:
            self._account.invalid(self._lines, line, error)
            return True
        if future is None:
            return False
        self._account.add(self._lines, future)
        return True

    def _put_when_room(self, put: Put) -> Future[PutResult] | None:
        limit = self._order.options.get("put_timeout_seconds")
        deadline = math.inf if limit is None else time.monotonic() + limit
        while True:
            try:
                return self._producer.put(put.event, partition_key=put.partition_key)
            except BufferFullError:
                if not self._may_wait or time.monotonic() >= deadline:
                    raise
                if self._interruption.signal is not None:
                    return None
                self._account.settle_all()
                self._show()

    def _drain(self) -> None:
        """Wait until all events have an outcome, or someone interrupts once more."""
        told = False
        while not self._interruption.repeated:
            if self._interruption.signal is not None and not told:
                told = True
                self._progress.tell(
                    f"interrupted after line {self._lines:,} of {self._source.name}: "
                    f"waiting for {self._producer.stats().user_records_pending:,} events; Ctrl-C again gives them up"
                )
            try:
                self._producer.flush(SLICE_SECONDS)
            except FlushTimeoutError:
                continue
            break
        self._producer.close(0 if self._interruption.repeated else None)
        self._account.settle_all()

    def _show(self) -> None:
        now = time.monotonic()
        if now >= self._show_at:
            self._show_at = now + SLICE_SECONDS
            self._progress.show(self._bytes)


def _config(options: dict[str, Any]) -> ProducerConfig:
    # put comes back this often for a look at whether someone interrupted, and then goes on waiting.
    taken = {**options, "put_timeout_seconds": SLICE_SECONDS}
    return config_from_environment(os.environ).with_options(ProducerOptions(**taken))  # type: ignore[typeddict-item]  # checked by with_options


def _check_stream(order: PutOrder) -> None:
    """Ask for the stream once, so that a wrong name is told before a line is read."""
    with explained(order.stream, order.connection.region):
        client = order.connection.client(order.stream, attempts=3)
        with explained(order.stream, client.meta.region_name):
            client.list_shards(**stream_parameter(order.stream), MaxResults=1)


def _open_failed(path: Path, source: str) -> BinaryIO:
    try:
        if source != "-" and path.exists() and path.samefile(source):
            raise click.UsageError(f"--failed {path} is the input itself; give another file")
        return path.open("wb")
    except OSError as error:
        raise SettingsError(f"--failed {path} can't be written: {error.strerror}; give another file") from error
