"""Tracing a function's calls with AWS X-Ray, if it is told to.

Lambda itself traces invocations, without any code of ours. Calls of DynamoDB, S3 and Kinesis within them take the X-Ray
SDK, whose import takes two thirds of the time that boto3 and two clients do: it is imported only where `TRACE_CALLS` is
``true``.
"""

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

VARIABLE: Final = "TRACE_CALLS"

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def traced(handler: _Handler) -> _Handler:
    """Return a Lambda handler that records its calls, or `handler` itself where that is off.

    Of a call X-Ray gets the operation and the table or object, no content; of an invocation no answer.
    """
    if os.environ.get(VARIABLE) != "true":
        return handler
    from aws_lambda_powertools import Tracer

    tracer = Tracer(patch_modules=("botocore",))
    return cast(_Handler, tracer.capture_lambda_handler(handler, capture_response=False, capture_error=False))
