"""The files that a command writes, when what they hold is known."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from load.commands.output import OutputError
from load.errors import LoadError

if TYPE_CHECKING:
    from load.report.model import Report


class UnwrittenError(LoadError):
    """Files could not be written, and all else was done."""


class Written:
    """Files, each written by itself. Use it as a context manager, with what else is to be done, in its block.

    What they hold may have taken minutes or money to find out. So a file that can't be written keeps nothing else from
    being written or shown: leaving the block tells of it, also where the reader of the output has gone or standard
    output can't be written either.

    Raises:
        UnwrittenError: by leaving the block: some could not be written.
    """

    def __init__(self) -> None:
        self._failures: list[str] = []

    def __enter__(self) -> "Written":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._failures and (error is None or isinstance(error, BrokenPipeError)):
            raise UnwrittenError("; ".join(self._failures))
        if self._failures and isinstance(error, OutputError):
            raise UnwrittenError("; ".join([*self._failures, str(error)])) from error

    def write(self, path: Path | None, write: Callable[[Path], object]) -> bool:
        """Write a file, if it was asked for; tell whether there is one now."""
        if path is None:
            return False
        try:
            write(path)
        except OSError as error:
            self._failures.append(f"{path} could not be written: {error.strerror}")
            return False
        return True

    def write_reports(self, found: "Report", report: Path | None, page: Path | None) -> list[str]:
        """Write a report to the files that were asked for; return which of them there are now, `report` and `page`."""
        from load.report.files import write_report
        from load.report.page import write_page

        files = (("report", report, write_report), ("page", page, write_page))
        return [kind for kind, path, write in files if self.write(path, partial(write, report=found))]
