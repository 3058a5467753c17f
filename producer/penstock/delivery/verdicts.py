"""Which errors repetition can cure.

Sources: the errors that the API reference lists for PutRecords and ListShards, those common to all actions
("Common Errors"), and botocore's exceptions for calls that it could not make.
"""

from typing import Final

from penstock.errors import AccessDeniedError, DeliveryError, RequestRefusedError, StreamNotFoundError
from penstock.remedies import remedy

_ACCESS: Final = (
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "KMSAccessDeniedException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NoCredentialsError",
    "NotAuthorized",
    "OptInRequired",
    "PartialCredentialsError",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)

_REFUSED: Final = (
    "InvalidArgumentException",
    "KMSDisabledException",
    "KMSInvalidStateException",
    "KMSNotFoundException",
    "KMSOptInRequired",
    "ParamValidationError",
    "SerializationException",
    "UnexpectedException",  # of a client, meaning a defect: see penstock.stream_client
    "ValidationException",
)

_INCURABLE: Final[dict[str, type[DeliveryError]]] = {
    "ResourceNotFoundException": StreamNotFoundError,
    **dict.fromkeys(_ACCESS, AccessDeniedError),
    **dict.fromkeys(_REFUSED, RequestRefusedError),
}

_THROTTLED: Final = frozenset(
    {
        "KMSThrottlingException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestThrottledException",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)

_CLOCK_WRONG: Final = "RequestExpired"

_CLOCK_WRONG_MESSAGES: Final = ("Signature expired:", "Signature not yet current:")

_CURABLE: Final = _THROTTLED | {
    _CLOCK_WRONG,
    "ExpiredNextTokenException",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "RequestTimeout",
    "RequestTimeoutException",
    "ResourceInUseException",  # the stream is being created or resharded
}

_CURABLE_STATUS: Final = frozenset({408, 429})

_REMEDIES: Final[dict[type[DeliveryError], str]] = {
    StreamNotFoundError: "check the stream's name, the region and the account",
    AccessDeniedError: "check the credentials; they need kinesis:PutRecords and kinesis:ListShards on the stream",
    RequestRefusedError: "the message says what Kinesis does not accept",
}


def name_wrong_clock(code: str, message: str) -> tuple[str, str]:
    """Return an error's code and message, those of a wrong clock under the name that "Common Errors" has for it.

    Kinesis answers a request whose date is more than minutes off as one whose signature is invalid, and only the
    message tells (aws/aws-sdk-java#1764, aws/aws-sdk-go#2194). The credentials are good all the same, and a clock
    that stood still, with a virtual machine or a Lambda environment, is set right before long.

    >>> name_wrong_clock("InvalidSignatureException", "Signature expired: it is late")
    ('RequestExpired', 'InvalidSignatureException: Signature expired: it is late')
    """
    if message.startswith(_CLOCK_WRONG_MESSAGES):
        return _CLOCK_WRONG, f"{code}: {message}"
    return code, message


def incurable(code: str, status: int | None = None) -> type[DeliveryError] | None:
    """Return the exception for an error that repetition cannot cure, none for one that it may.

    Unknown codes are judged by the HTTP status, as botocore's retries do: a client's error (4xx) stays one,
    anything else may pass. A record's own error comes without a status.
    """
    kind = _INCURABLE.get(code)
    if kind is not None or code in _CURABLE or status is None or status in _CURABLE_STATUS:
        return kind
    return RequestRefusedError if 400 <= status < 500 else None


def throttled(code: str) -> bool:
    """Tell whether the error means that the record was throttled: by this attempt, it is surely not written."""
    return code in _THROTTLED


def explain(kind: type[DeliveryError], code: str, message: str) -> str:
    """Return a message for people: what was wrong and what to do."""
    return f"{code}: {message:.300}; {remedy(code) or _REMEDIES[kind]}"


def explain_throttling(code: str, message: str) -> str:
    """Return a message for people: what was throttled and what to do."""
    return f"{code}: {message:.300}; put the event again later, add shards, or leave fail_if_throttled off"
