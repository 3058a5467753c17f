"""How a stream is named: by its name, or by its ARN."""

import re
from typing import Any, Final

from penstock.errors import ConfigurationError

# Both by the API reference (PutRecords, StreamName and StreamARN); the ARN of a consumer is none of a stream.
_NAME: Final = re.compile(r"[a-zA-Z0-9_.-]{1,128}")
_ARN: Final = re.compile(r"arn:aws[^:]*:kinesis:([^:]*):\d{12}:stream/[a-zA-Z0-9_.-]{1,128}")


def check_stream_name(stream: str) -> None:
    """Check that a stream can have this name or ARN.

    Raises:
        ConfigurationError: if none can.
    """
    if not isinstance(stream, str) or not (_NAME.fullmatch(stream) or _ARN.fullmatch(stream)):
        raise ConfigurationError(
            f"{stream!r:.200} names no stream: it must have 1 to 128 letters, digits, '_', '-' or '.', or be an ARN "
            "like arn:aws:kinesis:eu-central-1:123456789012:stream/social-events"
        )


def stream_parameter(stream: str) -> dict[str, Any]:
    """Return the request parameter that names a stream, given by name or ARN."""
    return {"StreamARN" if stream.startswith("arn:") else "StreamName": stream}


def name_of(stream: str) -> str:
    """Return the stream's name, which may be the last part of its ARN."""
    return stream.rpartition("/")[2]


def region_of(stream: str) -> str | None:
    """Return the region that a stream's ARN names, none if it is given by its name."""
    match = _ARN.fullmatch(stream)
    return match[1] or None if match else None
