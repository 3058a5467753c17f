"""What to do about an error code.

Sources: the errors in the API reference of PutRecords, ListShards and "Common Errors"; the developer guide's "Quotas
and limits" and "Troubleshoot Kinesis Data Streams producers"; botocore's exceptions for calls that it could not make.
"""

from typing import Final

_SHARD_FULL: Final = (
    "a shard takes 1,000 records and 1 MiB a second: add shards (aws kinesis update-shard-count), spread the events "
    "over more partition keys (stats() names each shard's busiest), or, if other producers share the stream, lower "
    "rate_limit_percent"
)
_TOO_MANY_CALLS: Final = (
    "too many such calls in this account and region: raise shard_refresh_seconds, or start fewer producers at once"
)
_CREDENTIALS: Final = (
    "give the process credentials, from its role, its environment or a profile; aws sts get-caller-identity tells "
    "whose they are"
)
_PERMISSION: Final = "the credentials need kinesis:PutRecords and kinesis:ListShards on the stream"
_NETWORK: Final = (
    "check that this machine reaches the Kinesis endpoint of the region: DNS, proxy, security groups, VPC endpoint"
)
_CLOCK: Final = "check this machine's clock, and that the secret key belongs to the access key"
_SERVICE: Final = "the service has a problem, which mostly passes; if not, see the AWS Health Dashboard"

_REMEDIES: Final[dict[str, str]] = {
    "ProvisionedThroughputExceededException": _SHARD_FULL,
    **dict.fromkeys(
        ("LimitExceededException", "Throttling", "ThrottlingException", "ThrottledException", "RequestLimitExceeded"),
        _TOO_MANY_CALLS,
    ),
    **dict.fromkeys(("RequestThrottledException", "TooManyRequestsException"), _TOO_MANY_CALLS),
    "KMSThrottlingException": "raise the request quota of KMS, or use a key that others use less",
    "KMSAccessDeniedException": "the credentials need kms:GenerateDataKey on the stream's KMS key",
    **dict.fromkeys(
        ("KMSDisabledException", "KMSInvalidStateException"), "enable the stream's KMS key, or give the stream another"
    ),
    "KMSNotFoundException": "the stream's KMS key is gone: give the stream another, or end its encryption",
    "KMSOptInRequired": "the account has to be subscribed to KMS",
    **dict.fromkeys(("NoCredentialsError", "PartialCredentialsError", "MissingAuthenticationToken"), _CREDENTIALS),
    **dict.fromkeys(
        ("MissingAuthenticationTokenException", "InvalidClientTokenId", "UnrecognizedClientException"), _CREDENTIALS
    ),
    **dict.fromkeys(
        ("CredentialRetrievalError", "MetadataRetrievalError", "TokenRetrievalError", "SSOTokenLoadError"),
        "what provides the credentials does not answer: check the role or metadata service, or log in again",
    ),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "UnauthorizedSSOTokenError"),
        "renew the credentials; those of a role or of aws sso login are renewed by boto3 itself",
    ),
    **dict.fromkeys(("AccessDenied", "AccessDeniedException", "NotAuthorized"), _PERMISSION),
    **dict.fromkeys(("InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired"), _CLOCK),
    "ResourceNotFoundException": "check the stream's name, the region and the account",
    "ResourceInUseException": "the stream is being made or changed; it takes records when that is done",
    **dict.fromkeys(
        ("EndpointConnectionError", "ConnectTimeoutError", "ConnectionClosedError", "ConnectionError"), _NETWORK
    ),
    **dict.fromkeys(("ConnectionResetError", "ProxyConnectionError", "HTTPClientError"), _NETWORK),
    "ReadTimeoutError": (
        "the answer took longer than read_timeout_seconds, so the call is repeated: check the network, or send less at "
        "once (call_bytes, calls_in_flight)"
    ),
    "SSLError": "check this machine's certificates (AWS_CA_BUNDLE) and what is between it and AWS",
    **dict.fromkeys(
        ("InternalFailure", "InternalFailureException", "InternalServerError", "ServiceUnavailable"), _SERVICE
    ),
    "ServiceUnavailableException": _SERVICE,
}


def remedy(code: str) -> str | None:
    """Return what to do about an AWS error code or an exception of the client, none if the message has to do."""
    return _REMEDIES.get(code)


def with_remedy(code: str, message: str) -> str:
    """Return an error for a log: its code, what its message says, shortened, and what to do."""
    advice = remedy(code)
    text = f"{code}: {message:.300}" if message else code
    return text if advice is None else f"{text}; {advice}"
