"""A calibration read from a deployed stack's logs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from load.calibration.calibration import Calibration, default_calibration
from load.calibration.from_logs import WHOLE_PROCESSOR_MEGABYTES, cost_from
from load.measure.functions import FUNCTIONS
from load.stack.description import DescribedStack
from load.stack.log_lines import read_lines
from load.stack.logs import log_lines

if TYPE_CHECKING:
    from boto3.session import Session


def read_calibration_of(
    session: "Session", stack: DescribedStack, *, begin: float, end: float, progress: Callable[[str], object]
) -> Calibration:
    """Return what a stack's functions cost by their log lines of a time, in epoch seconds.

    The sizes of counts and lists, which no machine changes, are those of the calibration that comes along.

    Raises:
        InputError: nobody may read the logs.
        LoadError: they can't be read, or don't tell enough.
    """
    costs = {}
    for service in FUNCTIONS:
        lines = log_lines(
            session,
            stack,
            service,
            begin=begin,
            end=end,
            progress=lambda read, service=service: progress(f"{service}: {read:,} log lines"),  # type: ignore[misc] # a default
        )
        costs[service] = cost_from(service, read_lines(lines))
    return default_calibration().model_copy(
        update={
            "made": f"{datetime.now(UTC):%Y-%m-%d}, from the logs of {stack.name} in {stack.region}",
            "processor": "AWS Lambda",
            "processor_megabytes": WHOLE_PROCESSOR_MEGABYTES,
            **costs,
        }
    )
