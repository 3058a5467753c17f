"""A moto with the corrections, for the time of a test."""

from collections.abc import Iterator

import moto.backends
import moto.kinesis.models
import pytest
from moto import mock_aws
from moto.core.common_models import BaseModel
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.models import DynamoDBStreamsBackend
from moto.kinesis.models import KinesisBackend

from local.services import corrections
from local.services.session import REGION
from local.services.table_metering import METERED


@pytest.fixture
def corrected(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for owner, name in (
        (BaseModel, "__new__"),
        (moto.kinesis.models, "Shard"),
        (KinesisBackend, "_send_stream_metrics"),
        (KinesisBackend, "put_records"),
        (Table, "query"),
        (DynamoDBBackend, "query"),
        (DynamoDBBackend, "scan"),
        *((DynamoHandler, name) for name in METERED),
        (DynamoDBStreamsBackend, "get_records"),
        (moto.backends, "list_of_moto_modules"),
    ):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    corrections.install()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield
