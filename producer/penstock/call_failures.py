"""How calls to AWS fail: what boto3 raises, read."""

from penstock.delivery.calls import CallFailure


def call_failure(error: Exception) -> CallFailure:
    """Return how a call failed: with the service's code, message and status if it answered, else the client's word."""
    from botocore.exceptions import ClientError  # here, since importing it takes longer than all of the rest

    if not isinstance(error, ClientError):
        return CallFailure(type(error).__name__, str(error), None)
    details = error.response.get("Error", {})
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    # A client that was passed in, a stub say, may have them of any type.
    code, message = str(details.get("Code", "Unknown")), str(details.get("Message") or "")
    return CallFailure(code, message, status if isinstance(status, int) else None)
