"""The simulated AWS services: moto's HTTP server as a child process on 127.0.0.1."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local.errors import PartFailedError, ServicesError
from local.run_folder import open_log
from local.services.server_options import WRITE_LIMITS
from local.services.session import ACCESS_KEY, REGION, local_session
from local.template.description import STACK_NAME
from local.template.intrinsics import Json

STOP_SECONDS: Final = 5.0
"""How long the child may take to end before it is killed."""

_POOL: Final = 64
"""Connections kept by a client: a poller's, a producer's and a gateway's threads share one."""


class Services:
    """A running server of simulated services, and clients for it. Safe for threads."""

    def __init__(self, log: Path, *, write_limits: bool = False) -> None:
        """Start the server; `wait` before using it.

        Args:
            log: Where its errors are written.
            write_limits: Whether shards take no more records and bytes a second than on AWS.

        Raises:
            StackError: the log can't be written.
        """
        self._log = log
        self._process = self._launch([WRITE_LIMITS] if write_limits else [])
        self._url: str | None = None
        self._session = local_session()
        self._clients: dict[tuple[str, int], Any] = {}
        self._making = threading.Lock()
        self._http = urllib3.PoolManager(num_pools=1, maxsize=4, retries=False, timeout=30.0)

    def _launch(self, options: list[str]) -> "subprocess.Popen[bytes]":
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join(sys.path),
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": ACCESS_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "MOTO_DISABLE_GLOBAL_CORS": "true",  # no page of a browser has business here
        }
        with open_log(self._log) as errors:
            return subprocess.Popen(  # noqa: S603 - this interpreter and this package's own module
                [sys.executable, "-m", "local.services.server", *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                start_new_session=True,  # Ctrl-C is for the parent, which still needs the services to drain
            )

    def wait(self) -> None:
        """Wait until the server listens; it says so itself.

        Raises:
            ServicesError: it ended instead.
        """
        line = self._process.stdout.readline()  # type: ignore[union-attr] # it is a pipe
        if not line:
            self._process.wait()
            raise ServicesError(
                f"the simulated services ended with status {self._process.returncode}; {self._log} says why"
            )
        self._url = f"http://127.0.0.1:{json.loads(line)['port']}"

    @property
    def url(self) -> str:
        """Where the services listen."""
        if self._url is None:
            raise ServicesError("the simulated services are not waited for yet")
        return self._url

    def client(self, service: str, *, attempts: int = 3) -> Any:  # noqa: ANN401 - boto3 makes a client's type at run time
        """Return the boto3 client of a service, by its name in boto3; the same one each time for the same attempts."""
        with self._making:
            if (service, attempts) not in self._clients:
                self._clients[service, attempts] = self._new_client(service, attempts)
            return self._clients[service, attempts]

    def _new_client(self, service: str, attempts: int) -> Any:  # noqa: ANN401 - boto3 makes a client's type at run time
        config = Config(
            max_pool_connections=_POOL,
            proxies={},
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=5,
            read_timeout=60,
            s3={"addressing_style": "path"},
        )
        return self._session.client(
            service,  # type: ignore[call-overload] # the stubs know services by literal names alone
            endpoint_url=self.url,
            config=config,
        )

    def create(self, template: dict[str, Json], parameters: dict[str, Json]) -> dict[str, str]:
        """Create the resources of a CloudFormation template and return its outputs.

        Raises:
            ServicesError: moto could not create them.
        """
        texts = {name: ",".join(value) if isinstance(value, list) else value for name, value in parameters.items()}
        # One attempt: a stack that could not be made is there all the same, and a second attempt would say only that.
        cloudformation = self._new_client("cloudformation", attempts=1)
        try:
            cloudformation.create_stack(
                StackName=STACK_NAME,
                TemplateBody=json.dumps(template, default=str),  # YAML has dates
                Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in texts.items()],
            )
            stack, *_ = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
        except (ClientError, BotoCoreError) as error:
            raise ServicesError(
                f"the simulated services could not create the template's data resources: {error}; {self._log} says more"
            ) from error
        finally:
            cloudformation.close()
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise ServicesError(f"the data resources were not created: {stack['StackStatus']}")
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def check(self) -> None:
        """Do nothing while the server runs.

        Raises:
            PartFailedError: it has ended by itself, and what it held is gone.
        """
        status = self._process.poll()
        if status is not None:
            raise PartFailedError(f"the simulated services ended with status {status}; {self._log} may say why")

    def trim(self, stream_arn: str, shard_id: str, through: str) -> None:
        """Drop what a stream (of Kinesis or of a table) holds in a shard, up to and including a sequence number.

        Raises:
            ServicesError: there is no such shard, or the services are gone.
        """
        body = {"stream_arn": stream_arn, "shard_id": shard_id, "through": through}
        answer = self._post("/local/trim", body)
        if answer.status != 200:
            raise ServicesError(f"trimming {shard_id} of {stream_arn}: {answer.status} {answer.data.decode()[:200]}")

    def refuse(self, table: str, *, refused: bool) -> None:
        """Have DynamoDB throttle every call that reads or writes items of a table, or no longer.

        Raises:
            ServicesError: the services are gone.
        """
        self._post("/local/refuse", {"table": table, "refused": refused})

    def _post(self, path: str, body: dict[str, Any]) -> urllib3.BaseHTTPResponse:
        headers = {"Content-Type": "application/json"}
        try:
            return self._http.request("POST", f"{self.url}{path}", body=json.dumps(body), headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise ServicesError(f"the simulated services do not answer: {error}") from error

    @property
    def process_id(self) -> int:
        """The server's process."""
        return self._process.pid

    def stop(self) -> None:
        """End the server. Nothing it held outlives it. Repeating this does nothing."""
        for client in self._clients.values():
            client.close()
        self._http.clear()
        if self._url is None:
            self._process.kill()  # it is still loading, and would first finish that
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()  # type: ignore[union-attr] # it is a pipe
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr] # it is a pipe
