"""The redrive function: invoked by hand with a request (`consumers.redrive.request`)."""

import os
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from aws_lambda_powertools import Logger

from consumers.metrics import FunctionMetrics
from consumers.redrive.observation import METRICS, metrics_of_folding, metrics_of_sending
from consumers.redrive.parts import Parts, now_text
from consumers.redrive.report import FoldReport, SendReport
from consumers.redrive.request import Request
from consumers.redrive.run import Hooks, count, fold, send
from consumers.redrive.settings import Settings
from consumers.starting import make_at_start
from consumers.tracing import traced

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

STOP_SECONDS: Final = 45.0
"""With so much time left nothing new is begun. One event's turn (`LEAST_RATE`) and room for it (`PUT_SECONDS`) can take
25 of them; what was sent needs its answers and marks."""
ANSWER_SECONDS: Final = 5.0
"""With so much time left nothing more is waited for."""

_NOT_LOGGED: Final = ("rows", "advice")

logger = Logger()
metrics = FunctionMetrics(METRICS)


@traced
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Do what the event asks for and answer what it came to.

    An answer with ``"complete": false`` asks for another invocation with the same event: what is marked is skipped.
    If that asked for what is marked, too, ``again`` then has to be the answer's: the time when the first run began.

    Raises:
        RequestError, SelectionError, FixUpError: the event can't be understood.
        SendingError: the stream or the permission is missing.
    """
    request = Request.read(event).begun(now_text())

    def seconds_left() -> float:
        return context.get_remaining_time_in_millis() / 1000

    hooks = Hooks(
        tell=_warn,
        stop=lambda: seconds_left() < STOP_SECONDS,
        seconds_left=lambda: max(0.0, seconds_left() - ANSWER_SECONDS),
    )
    answer: dict[str, Any]
    match request.action:
        case "list":
            answer = count(parts(), request, hooks).as_dict()
        case "send":
            sent = SendReport(dry_run=request.dry_run)
            send(parts(), request, request.fix_up, sent, hooks)
            answer = sent.as_dict()
            metrics.log(metrics_of_sending(sent))
        case "fold":
            folded = FoldReport(dry_run=request.dry_run)
            fold(parts(), request, folded, hooks)
            answer = folded.as_dict()
            metrics.log(metrics_of_folding(folded, parts().meter.take()))
    if request.again_before is not None:
        answer["again"] = request.again_before
    logger.info("redrive", action=request.action, **{key: answer[key] for key in answer if key not in _NOT_LOGGED})
    return answer


@cache
def parts() -> Parts:
    """Return what lives as long as the execution environment.

    Raises:
        SettingsError: an environment variable is missing or wrong.
    """
    return Parts(Settings.read(os.environ), boto3.Session())


def _warn(line: str) -> None:
    logger.warning("redrive", what=line)


make_at_start(parts)
