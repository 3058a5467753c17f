"""The way between callers and services: it takes time, and what goes wrong with calls goes wrong here.

A client of a simulated service is wrapped once for each caller. Each call waits before it is carried out and again
before its caller has the answer, so that everyone else comes in between.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final, NamedTuple, NoReturn

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from consumers.tables import CHANGED
from simulation.faults import Faults
from simulation.scheduler import Scheduler
from simulation.sdk.clients import Carry
from simulation.trace import Trace
from simulation.world.process import Process

LATENCY: Final = 0.02
"""Most seconds of a call's way, in each direction."""
READ_TIMEOUT: Final = 3.0
LATE_SHARE: Final = 0.3
"""Of the calls that are lost or repeated: those carried out when their callers have done with them."""
STRAY_SECONDS: Final = 5.0
"""Most seconds by which a request comes late, that its caller has done with."""


class Service(StrEnum):
    """The services, by the names of boto3."""

    KINESIS = "kinesis"
    DYNAMODB = "dynamodb"
    STREAMS = "dynamodbstreams"
    S3 = "s3"
    LAMBDA = "lambda"

    __hash__ = str.__hash__  # an Enum's takes much longer


class _Manner(NamedTuple):
    """How a service refuses."""

    throttle: str
    error: str


_MANNERS: Final = {
    Service.KINESIS: _Manner("ProvisionedThroughputExceededException", "InternalFailure"),
    Service.DYNAMODB: _Manner("ProvisionedThroughputExceededException", "InternalServerError"),
    Service.STREAMS: _Manner("LimitExceededException", "InternalServerError"),
    Service.S3: _Manner("SlowDown", "InternalError"),
}

NOTES: Final = {"S": CHANGED}
"""The partition key of change notes."""

_WRITES: Final = frozenset({"put_item", "update_item", "delete_item", "transact_write_items"})


class Wire:
    """Carries calls.

    Attributes:
        down: Services that answer nobody, and until when, epoch seconds.
        refusing: Tables that refuse writes, and until when.
        turned_away: How many writes a table that refuses them has refused.
        unanswered: How many calls of each service nobody answered.
        carried_out: Called with service, operation, request and answer when a call has been carried out.
        astray: How many requests will be carried out that their callers have done with.
    """

    def __init__(self, scheduler: Scheduler, faults: Faults, trace: Trace) -> None:
        self.down: dict[str, float] = {}
        self.refusing: dict[str, float] = {}
        self.turned_away = 0
        self.unanswered: Counter[Service] = Counter()
        self.carried_out: Callable[[Service, str, dict[str, Any], Any], object] = lambda *_: None
        self.astray = 0
        self._scheduler = scheduler
        self._faults = faults
        self._trace = trace

    def client(self, service: Service, simulated: Any, caller: Process) -> Any:  # noqa: ANN401 - a boto3 client
        """Return what `caller` takes for a boto3 client of a service."""
        return _Client(self, service, simulated, caller)

    def carrier(self, service: Service, simulated: Any, caller: Process) -> Carry:  # noqa: ANN401 - a client
        """Return what carries what a boto3 client of botocore's own sends, for `caller`."""

        def carry(operation: str, request: dict[str, Any]) -> Any:  # noqa: ANN401 - boto3's answer
            return self.call(caller, service, operation, getattr(simulated, operation), request)

        return carry

    def is_down(self, service: Service) -> bool:
        """Tell whether a service answers nobody now, one who asks because he calls it."""
        if self.down.get(service, 0.0) <= self._scheduler.now:
            return False
        self.unanswered[service] += 1
        return True

    def call(
        self, caller: Process, service: Service, operation: str, effect: Callable[..., Any], request: dict[str, Any]
    ) -> Any:  # noqa: ANN401 - boto3's answer
        """Make a call as `caller`."""
        scheduler, faults = self._scheduler, self._faults
        caller.before_call()
        scheduler.sleep(LATENCY * scheduler.chance.random())
        caller.check()
        target = _target(request)

        def carry_out() -> Any:  # noqa: ANN401 - boto3's answer
            return self._carry_out(service, operation, effect, request)

        try:
            self._refuse(service, operation, target, request)
            if faults.strikes("lost_answer"):
                self._lose(caller, operation, target, carry_out)
            answer = carry_out()
            if faults.strikes("repeated_call"):
                answer = self._repeat(caller, answer, carry_out)
        except ClientError as error:
            self._note(caller, operation, target, error.response["Error"]["Code"])
            scheduler.sleep(LATENCY * scheduler.chance.random())
            caller.after_call()
            raise
        except EndpointConnectionError:
            self._note(caller, operation, target, "nobody answers")
            raise
        self._note(caller, operation, target, "ok")
        scheduler.sleep(LATENCY * scheduler.chance.random())
        caller.after_call()
        return answer

    def _lose(self, caller: Process, operation: str, target: str, carry_out: Callable[[], Any]) -> NoReturn:
        """Carry a call out before its caller gives it up, or after that; whatever the answer is, it is lost."""
        chance = self._faults.chance("lost_answer")
        late = chance.random() < LATE_SHARE
        if late:
            self._stray(READ_TIMEOUT + chance.uniform(0, STRAY_SECONDS), carry_out)
        else:
            with suppress(ClientError):
                carry_out()
        self._note(caller, operation, target, "lost, and late" if late else "lost")
        self._scheduler.sleep(READ_TIMEOUT)
        caller.after_call()
        raise ReadTimeoutError(endpoint_url=operation)

    def _repeat(self, caller: Process, answer: Any, carry_out: Callable[[], Any]) -> Any:  # noqa: ANN401 - boto3's answer
        """Carry a call out once more after calls of others: as by an SDK that lost the first answer, or as a stray."""
        chance = self._faults.chance("repeated_call")
        if chance.random() < LATE_SHARE:
            self._stray(chance.uniform(0, STRAY_SECONDS), carry_out)
            return answer
        self._scheduler.sleep(chance.choice([0.0, chance.random(), READ_TIMEOUT]))
        caller.check()
        return carry_out()

    def _stray(self, delay: float, carry_out: Callable[[], Any]) -> None:
        """Have a request come late, whose answer nobody waits for, even if its caller is no more."""
        self.astray += 1

        def arrive() -> None:
            with suppress(ClientError):
                carry_out()
            self.astray -= 1

        self._scheduler.spawn(arrive, delay=delay)

    def _carry_out(self, service: Service, operation: str, effect: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - boto3's answer
        if operation == "put_records" and len(request["Records"]) > 1 and self._faults.looms("partial_put"):
            return self._put_some(service, effect, request)
        answer = effect(**request)
        self.carried_out(service, operation, request, answer)
        return answer

    def _put_some(self, service: Service, effect: Callable[..., Any], request: dict[str, Any]) -> Any:  # noqa: ANN401 - boto3's answer
        """Put some records of a PutRecords; the others are refused one by one, as its documentation allows."""
        chance = self._faults.chance("partial_put")
        taken = [chance.random() < 0.5 for _ in request["Records"]]
        refused = [chance.choice(["ProvisionedThroughputExceededException", "InternalFailure"]) for _ in taken]
        if not all(taken):
            self._faults.struck("partial_put")
        results: list[Any] = []
        if any(taken):
            some = {**request, "Records": [each for each, goes in zip(request["Records"], taken, strict=True) if goes]}
            answer = effect(**some)
            self.carried_out(service, "put_records", some, answer)
            results = answer["Records"]
        entries = iter(results)
        merged = [
            next(entries) if goes else {"ErrorCode": code, "ErrorMessage": "as told"}
            for goes, code in zip(taken, refused, strict=True)
        ]
        return {"FailedRecordCount": sum("ErrorCode" in each for each in merged), "Records": merged}

    def _refuse(self, service: Service, operation: str, target: str, request: dict[str, Any]) -> None:
        """Raise what a caller gets whose call is not carried out, if it is not; it may take time."""
        faults, manner = self._faults, _MANNERS[service]
        if faults.strikes("slow_service"):
            self._scheduler.sleep(faults.chance("slow_service").uniform(0.1, 8.0))
        if self.is_down(service):
            self._scheduler.sleep(1.0)
            raise EndpointConnectionError(endpoint_url=f"https://{service}")
        if self._throttles(service, operation, target, request):
            raise _error(manner.throttle, operation, 400)
        if operation == "get_records" and faults.strikes("iterator_expired"):  # of Kinesis or of a table's stream
            raise _error("ExpiredIteratorException", operation, 400)
        if operation == "put_object" and faults.strikes("failed_event_write"):
            raise _error(manner.throttle, operation, 503)
        if faults.strikes("refused_call"):
            raise _error(manner.error, operation, 500)

    def _throttles(self, service: Service, operation: str, target: str, request: dict[str, Any]) -> bool:
        """Tell whether a shard or a table has had too many calls."""
        strikes = self._faults.strikes
        if operation in _WRITES and self.refusing.get(target, 0.0) > self._scheduler.now:
            self.turned_away += 1
            return True
        return (
            (service is Service.DYNAMODB and strikes("throttled_table"))
            or (operation == "get_records" and strikes("throttled_shard"))
            or (operation == "update_item" and request["Key"].get("bucket") == NOTES and strikes("failed_note"))
        )

    def _note(self, caller: Process, operation: str, target: str, outcome: str) -> None:
        self._trace.note(caller.name, operation, target, outcome)


class _Client:
    """A boto3 client's operations, each carried by the wire; all else is the simulated client's own."""

    def __init__(self, wire: Wire, service: Service, simulated: Any, caller: Process) -> None:  # noqa: ANN401 - a client
        self._wire = wire
        self._service = service
        self._simulated = simulated
        self._caller = caller

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - operations and other things
        attribute = getattr(self._simulated, name)
        if name in {"meta", "get_paginator", "exceptions"}:
            return attribute

        def operation(**request: Any) -> Any:  # noqa: ANN401 - boto3's request and answer
            return self._wire.call(self._caller, self._service, name, attribute, request)

        setattr(self, name, operation)
        return operation


def _target(request: dict[str, Any]) -> str:
    """Return the table that a call is for, or the object, or the shard; nothing where a call names none of them."""
    table = request.get("TableName")
    if table is not None:
        return str(table)
    if "RequestItems" in request:
        return str(next(iter(request["RequestItems"])))
    if "TransactItems" in request:
        return str(next(iter(request["TransactItems"][0].values()))["TableName"])
    return str(request.get("Key") or request.get("ShardId") or "")


def _error(code: str, operation: str, status: int) -> ClientError:
    """Return what boto3 raises for a service's error."""
    return ClientError(
        {"Error": {"Code": code, "Message": "as told"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item] # boto3's has more
        operation,
    )
