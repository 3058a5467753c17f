"""The tables that a rebuild fills: made like the stack's, empty at first, in the end ready to take their place."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

EXPIRY: Final = "x"
"""The attribute with an item's expiry, in both tables (`consumers.tables`)."""

_TABLE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")
"""Amazon DynamoDB Developer Guide, "Naming rules"."""


class TablesError(Exception):
    """Tables that a rebuild may not write to; the message says why and what to do."""


class Names(NamedTuple):
    """The two tables of a set."""

    log: str
    trends: str

    @classmethod
    def of(cls, prefix: str) -> "Names":
        """Return the names of the set that is called `prefix`: as `template.yaml` makes them of ``RebuiltTables``.

        Raises:
            TablesError: no table can be called so.
        """
        names = cls(f"{prefix}-log", f"{prefix}-trends")
        if not all(map(_TABLE_NAME.fullmatch, names)):
            raise TablesError(
                f"no table can be called {names.trends!r:.80}: --tables is of letters, digits, _ . and -, at most"
                f" {255 - len('-trends')} of them"
            )
        return names


class TableSet:
    """Makes and examines the tables of a rebuild."""

    def __init__(self, client: "DynamoDBClient", names: Names, *, like: Names, key: str | None = None) -> None:
        """Look after the tables `names`, made as `like`, the stack's own, and encrypted by `key` if one is given."""
        self._client = client
        self.names = names
        self._like = like
        self._key = key

    def exist(self) -> bool:
        """Tell whether both tables exist.

        Raises:
            TablesError: one exists without the other.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: DynamoDB can't be asked.
        """
        found = [name for name in self.names if self._description(name) is not None]
        if len(found) == 1:
            raise TablesError(f"there is a table {found[0]} without its other half: delete it, or use another --tables")
        return bool(found)

    def are_empty(self) -> bool:
        """Tell whether neither holds an item.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a table can't be read.
        """
        return not any(self._client.scan(TableName=name, Limit=1, ConsistentRead=True)["Items"] for name in self.names)

    def hold_only(self, key: Mapping[str, Any]) -> bool:
        """Tell whether the log is empty and the trends have the item with this key alone.

        Raises:
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a table can't be read.
        """
        log = self._client.scan(TableName=self.names.log, Limit=1, ConsistentRead=True)["Items"]
        trends = self._client.scan(TableName=self.names.trends, Limit=2, ConsistentRead=True)["Items"]
        return not log and len(trends) == 1 and key.items() <= trends[0].items()

    def create(self) -> None:
        """Make both, and wait until they take items. Nothing expires in them until they are made `ready`.

        Raises:
            TablesError: one of the stack's own is gone.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: a table can't be made.
        """
        for name, like in zip(self.names, self._like, strict=True):
            model = self._model(like)
            settings: dict[str, Any] = {
                "TableName": name,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": model["AttributeDefinitions"],
                "KeySchema": model["KeySchema"],
                "SSESpecification": self._encryption(model),
            }
            if "StreamSpecification" in model:
                settings["StreamSpecification"] = model["StreamSpecification"]
            self._client.create_table(**settings)
        for name in self.names:
            self._client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 2, "MaxAttempts": 150})

    def _encryption(self, model: Mapping[str, Any]) -> dict[str, Any]:
        if self._key is not None:
            return {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self._key}
        # The description names AWS's own key as well, which a new table must not be given by name (SSESpecification).
        return {"Enabled": model.get("SSEDescription", {}).get("Status") == "ENABLED"}

    def make_ready(self) -> None:
        """Switch on what the stack's own tables have: expiry, recovery, protection. May be repeated.

        Raises:
            TablesError: one of the stack's own is gone.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: something could not be switched on.
        """
        for name, like in zip(self.names, self._like, strict=True):
            expiry = self._client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
            if expiry not in ("ENABLED", "ENABLING"):
                self._client.update_time_to_live(
                    TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": EXPIRY}
                )
            backups = self._client.describe_continuous_backups(TableName=like)["ContinuousBackupsDescription"]
            recovery = backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED"
            self._client.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": recovery}
            )
            protected = self._model(like).get("DeletionProtectionEnabled", False)
            if self._model(name).get("DeletionProtectionEnabled", False) != protected:
                self._client.update_table(TableName=name, DeletionProtectionEnabled=protected)

    def log_stream_arn(self) -> str:
        """Return the ARN of the log's stream, which rollup reads once the stack uses these tables.

        Raises:
            TablesError: the table is gone.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: DynamoDB can't be asked.
        """
        return str(self._model(self.names.log).get("LatestStreamArn", ""))

    def trends_stream_arn(self) -> str:
        """Return the ARN of the trends' stream, which views read once the stack uses these tables.

        Raises:
            TablesError: the table is gone.
            botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: DynamoDB can't be asked.
        """
        return str(self._model(self.names.trends).get("LatestStreamArn", ""))

    def _model(self, name: str) -> Any:  # noqa: ANN401 - a description, of which the stubs say that nothing is sure
        found = self._description(name)
        if found is None:
            raise TablesError(f"there is no table {name}, although there should be")
        return found

    def _description(self, name: str) -> Any:  # noqa: ANN401 - as above
        try:
            return self._client.describe_table(TableName=name)["Table"]
        except self._client.exceptions.ResourceNotFoundException:
            return None
