"""Runs scheduled functions at their rates, as EventBridge rules do."""

import json
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import uuid4

from local.services.session import ACCOUNT, REGION
from local.template.resources import Schedule

Start = Callable[[str, bytes], object]
"""Starts an invocation of a function, by logical id, with an event in JSON, and does not wait for it."""


class Schedules:
    """Invokes each scheduled function once a period; the first time one period after the start."""

    def __init__(
        self,
        schedules: Iterable[Schedule],
        start: Start,
        clock: Callable[[], datetime],
        stopped: threading.Event | None = None,
    ) -> None:
        """Begin counting; `stop` ends it.

        Args:
            schedules: What to run, and how often.
            start: Starts an invocation.
            clock: The time that events say.
            stopped: What is waited on between invocations, and set by `stop`.
        """
        self._stopped = stopped or threading.Event()
        self._start = start
        self._clock = clock
        self._threads = [
            threading.Thread(target=self._run, args=(schedule,), name=f"schedule {schedule.logical_id}", daemon=True)
            for schedule in schedules
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Start no further invocation. Repeating this does nothing."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _run(self, schedule: Schedule) -> None:
        while not self._stopped.wait(schedule.seconds):
            event = schedule.event or json.dumps(scheduled_event(schedule, self._clock()))
            self._start(schedule.function, event.encode())


def scheduled_event(schedule: Schedule, now: datetime) -> dict[str, Any]:
    """Return the event of a rule that fires ("Amazon EventBridge events: scheduled events")."""
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [schedule.arn],
        "detail": {},
    }
