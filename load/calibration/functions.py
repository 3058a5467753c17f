"""The real handlers of ingest, rollup and views in this process, each invocation's processor time and work told."""

import os
import sys
import time
from collections.abc import Callable
from typing import Any, Final, NamedTuple, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

from consumers.schedule import Schedule
from consumers.tables import CHANGED
from consumers.views.windows import Window
from load.calibration.batches import Made, log_stream_batch
from load.calibration.dynamodb import WiredDynamoDB
from simulation.services.items import item_size
from simulation.services.metering import MeteredDynamoDB
from simulation.services.table import Table

LOG: Final = "log"
TRENDS: Final = "trends"

Handler = Callable[[dict[str, Any], Any], Any]


class Measured(NamedTuple):
    """One invocation."""

    seconds: float
    """Processor time of all threads, without DynamoDB's."""
    work: dict[str, float]
    calls: int
    """Of DynamoDB."""
    logged: int
    """Bytes written for CloudWatch, metrics' line included."""


class _Logs:
    """Standard output as Lambda reads it: counted, and kept until the next invocation."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


class _Context(LambdaContext):
    """An invocation with all the time it needs."""

    def __init__(self) -> None:
        self._function_name = "calibration"
        self._memory_limit_in_mb = 1_024
        self._invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:calibration"
        self._aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


class Functions:
    """The handlers over tables in memory. One for each process: they keep clients and counts as Lambda's do."""

    def __init__(self, schedule: Schedule) -> None:
        """Begin with empty tables. From now on, what this process writes to standard output is the functions' logs."""
        self._logs = _Logs()
        sys.stdout = self._logs
        os.environ |= {
            "POWERTOOLS_SERVICE_NAME": "calibration",
            "POWERTOOLS_METRICS_NAMESPACE": "Penstock",
            "LOG_TABLE": LOG,
            "TRENDS_TABLE": TRENDS,
            "FAILED_EVENTS_BUCKET": "failed",
            "DEDUP_DAYS": "7",
            "STREAM_RETENTION_HOURS": "24",
            "SCHEDULE": schedule.to_json(),
        }
        self._log = Table("address", "segment", streams=True, clock=time.time)
        self._trends = Table("bucket", "start", streams=True, clock=time.time)
        self._tables = MeteredDynamoDB({LOG: self._log, TRENDS: self._trends})
        self._wire = WiredDynamoDB(self._tables)
        self._wire.wire()
        from consumers.ingest.handler import handler as ingest
        from consumers.rollup.handler import handler as rollup
        from consumers.views.handler import handler as views

        self._ingest, self._rollup, self._views = cast("tuple[Handler, Handler, Handler]", (ingest, rollup, views))
        self._context = _Context()

    def ingest(self, made: Made) -> Measured:
        """Have ingest fold a batch."""
        work = {"record": made.records, "event": made.events, "kilobyte": made.payload_bytes / 1024}
        before = len(self._log)
        told = self._invoke(self._ingest, made.batch, work | {"hashtag": made.hashtags})
        told.work["segment"] = len(self._log) - before
        return told

    def rollup(self) -> Measured:
        """Have rollup apply what has been put into the log since the last time."""
        images = [change.new_image for change in self._log.changes if change.new_image is not None]
        self._log.changes.clear()
        usage = self._tables.usage[TRENDS]
        before = usage.write
        told = self._invoke(self._rollup, log_stream_batch(images), {"segment": len(images)})
        told.work["unit"] = usage.write - before
        return told

    def views(self) -> Measured:
        """Have views follow what has changed in the trends since the last time."""
        keys = [change.keys for change in self._trends.changes if change.keys["bucket"]["S"] == CHANGED]
        self._trends.changes.clear()
        usage = self._tables.usage[TRENDS]
        before = usage.copy()
        batch = {"Records": [{"dynamodb": {"Keys": key}} for key in keys]}
        told = self._invoke(self._views, batch, {})
        spent = usage.since(before)
        told.work.update({"read": spent.read, "unit": spent.write})
        self._trends.changes.clear()
        return told

    def _invoke(self, handler: Handler, batch: dict[str, Any], work: dict[str, float]) -> Measured:
        wired, calls = self._wire.seconds, self._wire.calls
        self._logs.text = ""
        began = time.process_time()
        answer = handler(batch, self._context)
        spent = time.process_time() - began
        if answer is not None and answer != {"batchItemFailures": []}:
            raise AssertionError(f"a handler has not done its batch: {self._logs.text[-500:]}")
        seconds = spent - (self._wire.seconds - wired)
        return Measured(seconds, {"batch": 1.0, **work}, self._wire.calls - calls, len(self._logs.text.encode()))

    @property
    def list_bytes(self) -> int:
        """The largest list of five minutes, as its item is stored; 0 before there is one."""
        lists = [item for item in self._trends.values() if item["bucket"]["S"] == f"list#{Window.FIVE_MINUTES}"]
        return max(map(item_size, lists), default=0)
