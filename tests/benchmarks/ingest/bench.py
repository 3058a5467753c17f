"""The ingest handler next to Powertools' batch processor and idempotency with an ADD a hashtag."""

import json
import os
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path
from typing import Final

from tests.benchmarks.aws_stub import answer_dynamodb
from tests.benchmarks.comparison import Goal, Task, compare
from tests.benchmarks.options import Options
from tests.benchmarks.parts import parts_table
from tests.benchmarks.progress import shown
from tests.benchmarks.report import Report

POWERTOOLS: Final = Task("Powertools idempotency, ADD a hashtag", "plain records")
BY_5000: Final = Task("penstock ingest", "5,000-event batches")
BY_1000: Final = Task("penstock ingest", "1,000-event batches")

GOALS: Final = [Goal(BY_5000, POWERTOOLS, 100.0), Goal(BY_1000, POWERTOOLS, 60.0)]

_EVENTS: Final = 20_000
_THEIR_EVENTS: Final = 500
"""Fewer, since each takes them a hundred times as long."""

_ITEMS: Final = {"Query": {"Count": 0, "Items": [], "ScannedCount": 0}}
_UNITS: Final = {"ConsumedCapacity": {"CapacityUnits": 1.0, "TableName": "log"}}


def measure(options: Options) -> Report:
    """Measure what an event costs from Lambda's call to the handler's answer."""
    answer_dynamodb(_answer)
    # What functions print, Lambda reads.
    with Path(os.devnull).open("w") as output, redirect_stdout(output):
        from tests.benchmarks.ingest.contenders import PenstockIngest, PowertoolsIdempotency
        from tests.benchmarks.ingest.parts import measure_parts

        with shown("Ingest: rounds", 1 + options.rounds) as progress:
            comparison = compare(
                {
                    POWERTOOLS: PowertoolsIdempotency(_THEIR_EVENTS),
                    BY_5000: PenstockIngest(_EVENTS, 5_000, first=0),
                    BY_1000: PenstockIngest(_EVENTS, 1_000, first=1_000_000_000),
                },
                GOALS,
                options.rounds,
                progress,
            )
        parts = measure_parts()
    return Report(
        "The ingest handler next to the usual way; DynamoDB answers at once",
        [*comparison.tables, parts_table(parts)],
        comparison.bounds,
        {name: version(name) for name in ("boto3", "aws-lambda-powertools", "pydantic")},
    )


def _answer(operation: str, body: bytes) -> bytes:
    units = _UNITS if b'"ReturnConsumedCapacity"' in body else {}
    return json.dumps(_ITEMS.get(operation, {}) | units).encode()
