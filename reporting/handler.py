"""Lambda entry point of the reporting API: an API Gateway REST proxy event in, its answer out."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Final

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit

from consumers.calls import call_config
from consumers.tracing import traced
from consumers.trends.table import TrendsTable
from consumers.views.search.reader import SearchReader
from consumers.views.strips.table import StripsTable
from reporting.queries import Queries
from reporting.reader import TrendsReader
from reporting.recent import RecentRankings
from reporting.routes import build
from reporting.settings import Settings

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

PARALLEL_QUERIES: Final = 16

logger = Logger()
metrics = Metrics()

_settings = Settings.read(os.environ)
_client = boto3.client(
    "dynamodb",
    # A call gives up after 8 seconds and a little, before the function's timeout would: the client then gets a 503
    # that says when to try again, rather than API Gateway's word for a function that was killed.
    config=call_config(calls_at_once=PARALLEL_QUERIES, read_seconds=3.0, attempts=2),
)
_reader = TrendsReader(
    TrendsTable(_client, _settings.trends_table),
    _settings.schedule,
    ThreadPoolExecutor(PARALLEL_QUERIES, thread_name_prefix="query"),
    lambda error: logger.warning("a top list can't be read: its window is summed", exc_info=error),
)
_strips = StripsTable(
    _client,
    _settings.trends_table,
    sleep,
    lambda error: logger.warning(
        "strips or a directory can't be read: their counts are read from items", exc_info=error
    ),
)
_queries = Queries(
    _reader,
    SearchReader(
        _client,
        _settings.trends_table,
        sleep,
        lambda error: logger.warning("the search index can't be read: counts are summed", exc_info=error),
    ),
    _strips,
    RecentRankings(monotonic),
    lambda: datetime.now(UTC),
)
_app = build(_queries, logger, _settings.dashboard_origin)


@traced
@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@metrics.log_metrics
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answer one request.

    Args:
        event: API Gateway's Lambda proxy event of a REST API (API Gateway Developer Guide, "Input format of a
            Lambda function for proxy integration").
        context: Lambda's.
    """
    answer = _app.resolve(event, context)
    items, size = _reader.take_tally()
    metrics.add_metric("ItemsRead", MetricUnit.Count, items)
    metrics.add_metric("BytesRead", MetricUnit.Bytes, size)
    return answer
