"""A deployed stack as a target: its stream and its API from outside, its insides from CloudWatch afterwards."""

import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import TYPE_CHECKING, Final

from load.configuration import CapacityMode, Configuration
from load.generator.stream import StreamAddress
from load.measure.functions import FUNCTIONS
from load.report.model import Finding
from load.report.settings import SCHEDULE, settings_of
from load.runs.reporting_api import Authorize, ReportingApi
from load.runs.target import Insides
from load.stack.access import told
from load.stack.description import DescribedStack
from load.stack.insides import insides_of
from load.stack.log_lines import read_lines
from load.stack.logs import PARAMETER, log_lines
from load.stack.metrics import MINUTE, Found, StackMetrics, read_metrics
from penstock.errors import PenstockError

if TYPE_CHECKING:
    from boto3.session import Session

ASK_SECONDS: Final = 15.0
"""Between two questions for metrics."""


class StackTarget:
    """A deployed stack.

    Args:
        session: credentials and region.
        stack: what it is.
        configuration: what it was deployed with, and the SDK's options.
        authorize: gives requests of its API their headers; none for no API.
        role: what producers assume; none for the session's own credentials.
        metrics_seconds: how long to wait for CloudWatch's metrics after the run, which come a few minutes late.
        aligned: to what the measured time's beginning is aligned, in seconds: CloudWatch's minutes.
        clock: seconds, by which it waits for metrics.
    """

    def __init__(
        self,
        session: "Session",
        stack: DescribedStack,
        configuration: Configuration,
        *,
        authorize: Authorize | None,
        role: str | None = None,
        metrics_seconds: float = 300.0,
        aligned: float = MINUTE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._stack = stack
        self._configuration = configuration
        self._authorize = authorize
        self._role = role
        self._metrics_seconds = metrics_seconds
        self._aligned = aligned
        self._clock = clock
        self._metrics = StackMetrics(stack)
        self._begin = self._end = 0.0

    def check(self) -> None:
        """Ask for each thing that a run needs, before anything is sent.

        Raises:
            InputError: something is not allowed, or the API does not know the caller.
            LoadError: something can't be asked.
        """
        with told("read the stream's shards"):
            self.address.session().client("kinesis").list_shards(StreamName=self.address.stream, MaxResults=1)
        read_metrics(self._session, self._metrics.last_to_come(), (minute := _minute(time.time())) - MINUTE, minute)
        if (api := self.api()) is not None:
            api.check()

    @property
    def name(self) -> str:
        """What the report calls it."""
        return f"stack {self._stack.name} in {self._stack.region}"

    @property
    def local(self) -> bool:
        """It has machines of its own."""
        return False

    @property
    def address(self) -> StreamAddress:
        """Where events go."""
        return StreamAddress(self._stack.outputs["StreamName"], region=self._stack.region, role=self._role)

    @property
    def configuration(self) -> Mapping[str, str | int | float | bool]:
        """The stack's parameters, as far as they can be chosen here, and the SDK's options."""
        settings = settings_of(self._configuration) | {SCHEDULE: self._stack.parameters[SCHEDULE]}
        if self._configuration.stream_mode is CapacityMode.ON_DEMAND:
            del settings["ShardCount"]  # which is not heeded then
        return settings

    @property
    def starts_every(self) -> float | None:
        """At a whole minute: CloudWatch counts by them."""
        return self._aligned

    def api(self) -> ReportingApi | None:
        """Return a client of the reporting API."""
        return None if self._authorize is None else ReportingApi(self._stack.outputs["ApiUrl"], self._authorize)

    def begin(self) -> None:
        """Measure from now on."""
        self._begin = self._end = time.time()

    def iterator_age(self) -> float | None:
        """CloudWatch tells afterwards."""
        return None

    def end(self) -> None:
        """Measure no longer."""
        self._end = time.time()

    def insides(self, wait: Callable[[str], bool], /) -> Insides:
        """Tell what CloudWatch tells, when it has the last minute of all, or when the time for it is over."""
        if not self._begin:
            return Insides({}, {})
        begin, end = _minute(self._begin), ceil(self._end / MINUTE) * MINUTE
        try:
            found, complete = self._asked(begin, max(end, begin + MINUTE), wait)
        except PenstockError as error:
            text = f"what functions and tables did is not known: {error}"
            return Insides({}, {}, findings=(Finding(kind="limit", text=text),))
        memory, findings = self._memory(begin, end)
        told = insides_of(self._metrics, found, self._configuration, memory=memory, begin=self._begin)
        if not complete:
            text = (
                "not all of CloudWatch's metrics had come when nobody waited any longer: what functions and tables did "
                "is more than that; wait longer with --metrics-wait"
            )
            findings.append(Finding(kind="limit", text=text))
        return told._replace(findings=(*told.findings, *findings))

    def _asked(self, begin: int, end: int, wait: Callable[[str], bool]) -> tuple[Found, bool]:
        """Ask until the last minute of each source is there and nothing changes any more, or until time is over.

        Return what was told, and whether that is all.
        """
        deadline = self._clock() + self._metrics_seconds
        wanted = list(self._metrics.all())
        before: Found | None = None
        while True:
            found = read_metrics(self._session, wanted, begin, end)
            there = all(end - MINUTE in found[each] for each in self._metrics.last_to_come())
            if (there and found == before) or self._clock() >= deadline:
                return found, there and found == before
            before = found
            ask = min(self._clock() + ASK_SECONDS, deadline)
            while self._clock() < ask:
                left = deadline - self._clock()
                if not wait(f"waiting for CloudWatch's metrics, at most {left:,.0f} s more"):
                    return found, False

    def _memory(self, begin: float, end: float) -> tuple[dict[str, int], list[Finding]]:
        """Return the most memory that functions used, by service, as Lambda reports it in their logs."""
        if self._stack.parameters.get(PARAMETER) != "INFO":
            text = f"memory is known where Lambda reports it: by {PARAMETER}=INFO, or by Lambda Insights"
            return {}, [Finding(kind="remark", text=text)]
        try:
            read = {
                service: read_lines(log_lines(self._session, self._stack, service, begin=begin, end=end)).most_memory
                for service in FUNCTIONS
            }
        except PenstockError as error:
            return {}, [Finding(kind="remark", text=f"memory is not known: {error}")]
        return {service: used for service, used in read.items() if used is not None}, []


def _minute(at: float) -> int:
    return int(at) // MINUTE * MINUTE
