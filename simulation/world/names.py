"""How the tables, streams and buckets of a world are called."""

from typing import Final

from simulation.services.stream_records import stream_arn

STREAM: Final = "events"
LOG_TABLE: Final = "pane-log"
TRENDS_TABLE: Final = "trends"
BUCKET: Final = "failed-events"
LOG_STREAM_ARN: Final = stream_arn(LOG_TABLE)
TRENDS_STREAM_ARN: Final = stream_arn(TRENDS_TABLE)
