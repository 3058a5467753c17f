"""The stack of the template on one machine: services in moto, functions in processes, pollers, gateway, schedules."""

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

from local.errors import ParameterError, PartFailedError, PortInUseError, ServicesError, StackError, TemplateError
from local.functions.metrics import Metrics
from local.functions.observer import Observer
from local.functions.pool import Functions
from local.functions.runtime import Runtime
from local.functions.schedules import Schedules
from local.gateway.server import Gateway, GatewayApplication, system_clock
from local.gateway.sign_in import SignIn
from local.gateway.tokens import Tokens
from local.pollers import Poller, PollerFailedError, open_poller
from local.pollers.consumption import Consumption
from local.pollers.limited_reader import StreamReads
from local.run_folder import new_run_folder, open_log, point_latest
from local.services.process import Services
from local.template.resources import EventSourceMapping, StackResources
from local.template.translation import Template
from simulation.event_source_mapping.configuration import MappingConfig, MappingConfigError
from simulation.event_source_mapping.invocation import InvocationResult
from simulation.event_source_mapping.invocation_record import MappingIdentity

__all__ = [
    "LocalStack",
    "ParameterError",
    "PartFailedError",
    "PortInUseError",
    "ServicesError",
    "StackError",
    "TemplateError",
]

CONCURRENCY: Final = max(4, 2 * (os.cpu_count() or 1))
"""Environments a function may have at once, however many more the template reserves for it."""


class LocalStack:
    """A running stack. Use it as a context manager; leaving it ends every process it started.

    with LocalStack.start(template=Path("template.yaml"), port=8080, directory=Path(".build/local")) as stack:
        stack.client("kinesis").put_record(StreamName=stack.outputs["StreamName"], …)
        stack.wait_until_idle(30)
    """

    def __init__(
        self,
        *,
        resources: StackResources,
        parameters: Mapping[str, str],
        services: Services,
        functions: Functions,
        pollers: tuple[Poller, ...],
        gateway: Gateway,
        metrics: Metrics,
        sign_in: SignIn | None,
        directory: Path,
        undo: ExitStack,
    ) -> None:
        """Take over the parts of a running stack; use `start`."""
        self.resources = resources
        self.parameters = parameters
        self.metrics = metrics
        self.directory = directory
        """Where this run's logs are."""
        self.url = gateway.url
        self.endpoint = services.url
        """Where the services listen: ``AWS_ENDPOINT_URL`` for other programs of this machine."""
        self.outputs = _local_outputs(resources, gateway.url)
        self._sign_in = sign_in
        self._services = services
        self._functions = functions
        self._pollers = pollers
        self._undo = undo

    @classmethod
    def start(
        cls,
        *,
        template: Path,
        port: int,
        directory: Path,
        parameters: Mapping[str, str] | None = None,
        concurrency: int = CONCURRENCY,
        sign_in: bool = False,
        functions_reach: Callable[[str], str] = str,
        runtime: Runtime | None = None,
        observer: Observer | None = None,
        write_limits: bool = False,
    ) -> Self:
        """Start everything; when this returns, events are processed and requests answered.

        Args:
            template: The SAM template.
            port: Where the gateway listens on 127.0.0.1; 0 takes any free port.
            directory: Where runs have their folders; made if need be. Logs go into a new one, `LocalStack.directory`:
                ``stack.log``, ``services.log`` and one file a function. Those of a few earlier runs stay.
            parameters: Values for the template's parameters, which otherwise have its defaults.
            concurrency: Environments a function may have at once, however many more the template reserves.
            sign_in: Whether callers of the API must sign in, as with the template's SignIn=Cognito on AWS; anybody can,
                at the gateway's own address.
            functions_reach: From where the services listen to where functions find them: there itself, or something
                between, such as a proxy that fails on purpose.
            observer: Is told what functions do.
            write_limits: Whether shards take no more records and bytes a second than on AWS.

        Raises:
            StackError: a part could not be started; the ones before it are ended again.
        """
        with ExitStack() as undo:
            gateway = Gateway(port)
            undo.callback(gateway.stop)
            described = Template(template, {**_sign_in_parameters(gateway.url, wanted=sign_in), **(parameters or {})})
            folder = new_run_folder(directory, system_clock())
            undo.enter_context(_log_file(folder / "stack.log"))
            services = Services(folder / "services.log", write_limits=write_limits)
            undo.callback(services.stop)
            resources = _create(described, services)
            point_latest(folder)
            metrics = Metrics(observer)
            endpoint = functions_reach(services.url)
            functions = Functions(
                resources.functions.values(),
                endpoint,
                metrics,
                folder,
                concurrency,
                runtime=runtime,
                observer=observer,
            )
            undo.callback(functions.stop)
            pollers = _open_pollers(resources, services, functions)
            for poller in pollers:
                poller.start()
                undo.callback(poller.stop)
            schedules = Schedules(resources.schedules, functions.invoke_later, system_clock)
            undo.callback(schedules.stop)
            pages = template.resolve().parent / "reporting" / "dashboard"
            signing = _signing(resources, gateway.url) if sign_in else None
            gateway.serve(
                GatewayApplication(
                    resources.api,
                    functions.invoke,
                    pages,
                    system_clock,
                    sign_in=signing,
                    friend=described.parameters.get("DashboardOrigin", ""),
                )
            )
            undo.callback(gateway.stop)
            return cls(
                resources=resources,
                parameters=described.parameters,
                services=services,
                functions=functions,
                pollers=pollers,
                gateway=gateway,
                metrics=metrics,
                sign_in=signing,
                directory=folder,
                undo=undo.pop_all(),
            )

    @property
    def dedup_days(self) -> int:
        """The dedup horizon."""
        return int(self.parameters["DedupDays"])

    def client(self, service: str, *, attempts: int = 3) -> Any:  # noqa: ANN401 - boto3 makes a client's type at run time
        """Return the boto3 client of a service, by its name in boto3; the same one each time for the same attempts."""
        return self._services.client(service, attempts=attempts)

    def authorization(self) -> dict[str, str]:
        """Return the headers by which this machine's programs may call the API; none without sign-in."""
        return {} if self._sign_in is None else {"Authorization": f"Bearer {self._sign_in.token()}"}

    def lag(self, logical_id: str | None = None) -> float:
        """Return the age in seconds of the oldest record that a mapping has not delivered, 0 when all are.

        Args:
            logical_id: the function whose mappings are meant, none for all.
        """
        return max((each.lag() for each in self._pollers if self._reads_for(each, logical_id)), default=0.0)

    def _reads_for(self, poller: Poller, logical_id: str | None) -> bool:
        mappings = (each for each in self.resources.mappings if logical_id in (None, each.function))
        return any(each.properties["FunctionName"] == poller.config.function_name for each in mappings)

    def check(self) -> None:
        """Do nothing while every part of the stack runs.

        Raises:
            PartFailedError: one has ended by itself, so that nothing will arrive any more.
        """
        self._services.check()
        for poller in self._pollers:
            try:
                poller.check()
            except PollerFailedError as error:
                raise PartFailedError(str(error)) from error

    def failed_invocations(self) -> int:
        """Return how many invocations by mappings failed, wholly or in part, so that records were delivered again."""
        counted = [poller.counters for poller in self._pollers]
        # One of which nothing is known may have done its work.
        return sum(each.errors + each.partial + each.not_invoked for each in counted)

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until all that is in the streams is delivered, and all that this puts into streams; False when not."""
        deadline = monotonic() + timeout
        delivered = None
        # One mapping's function may write what another mapping reads: until a whole round delivers nothing.
        while delivered != (delivered := [dict(poller.checkpoints) for poller in self._pollers]):
            for poller in self._pollers:
                if not poller.wait_until_idle(max(0.0, deadline - monotonic())):
                    return False
        return True

    def invoke(self, logical_id: str, event: Mapping[str, Any]) -> InvocationResult:
        """Invoke a function with an event and wait for the result, as `aws lambda invoke` does."""
        return self._functions.invoke(logical_id, json.dumps(event).encode())

    def hold(self, logical_id: str, *, held: bool) -> None:
        """Throttle every invocation of a function, as a reserved concurrency of 0 does, or no longer."""
        self._functions.hold(logical_id, held=held)

    def deploy(self, logical_id: str, *, handler: str | None = None) -> None:
        """Run a version of a function with another handler, or that of the template again."""
        function = self.resources.functions[logical_id]
        self._functions.deploy(replace(function, handler=handler or function.handler))

    def refuse(self, table: str, *, refused: bool) -> None:
        """Have DynamoDB throttle every call that reads or writes items of a table (by name), or no longer.

        Raises:
            ServicesError: the services are gone.
        """
        self._services.refuse(table, refused=refused)

    def process_ids(self) -> list[int]:
        """Return every process that the stack has started and that runs."""
        return [self._services.process_id, *self._functions.process_ids()]

    def processes_of(self, logical_id: str) -> list[int]:
        """Return the processes that run a function now."""
        return self._functions.processes_of(logical_id)

    def stop(self) -> None:
        """End everything, in the order that leaves no part without what it needs. Repeating this does nothing."""
        self._undo.close()

    def __enter__(self) -> Self:
        """Return the running stack."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End everything."""
        self.stop()


@contextmanager
def _log_file(path: Path) -> Iterator[None]:
    """Send what the stack's own code logs to a file rather than to the terminal."""
    open_log(path).close()
    handler = logging.FileHandler(path)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger(__package__)
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated
        handler.close()


def _create(described: Template, services: Services) -> StackResources:
    """Create the data resources and resolve the rest of the template by their names."""
    data, attributes = described.data_template()
    services.wait()
    values = services.create(data, described.parameters)
    return described.resources({attributes[name]: value for name, value in values.items()})


def _sign_in_parameters(url: str, *, wanted: bool) -> Mapping[str, str]:
    return {"SignIn": "Cognito", "DashboardUrl": f"{url}/"} if wanted else {}


def _signing(resources: StackResources, url: str) -> SignIn:
    if resources.client is None:
        raise TemplateError("the template has no app client, by which users sign in; run without sign-in")
    return SignIn(Tokens(url, resources.client, system_clock), resources.client, system_clock)


def _open_pollers(resources: StackResources, services: Services, functions: Functions) -> tuple[Poller, ...]:
    configs = [(mapping, _mapping_config(mapping)) for mapping in resources.mappings]
    consumption = Consumption(((mapping.logical_id, config.stream_arn) for mapping, config in configs), services.trim)
    reads = {config.stream_arn: StreamReads() for _, config in configs}

    def open_one(mapping: EventSourceMapping, config: MappingConfig) -> Poller:
        function = resources.functions[mapping.function]
        return open_poller(
            config,
            MappingIdentity(str(uuid4()), function.arn, function.role_arn),
            client=services.client,
            invoke=lambda payload: functions.invoke(mapping.function, payload),
            consumed=consumption.of(mapping.logical_id),
            reads=reads[config.stream_arn],
        )

    return tuple(open_one(mapping, config) for mapping, config in configs if config.enabled)


def _mapping_config(mapping: EventSourceMapping) -> MappingConfig:
    try:
        return MappingConfig.from_properties(mapping.properties)
    except MappingConfigError as error:
        raise TemplateError(f"{mapping.logical_id}: {error}") from error


def _local_outputs(resources: StackResources, url: str) -> Mapping[str, str]:
    """Return the template's outputs, in which the API's address on AWS is the gateway's."""
    if resources.api is None:
        return resources.outputs
    host = rf"https://{resources.api.api_id}.execute-api."
    return {
        name: url if value.startswith(host) and value.endswith(f"/{resources.api.stage}") else value
        for name, value in resources.outputs.items()
    }
