"""How a record is printed: its data as a line, or a JSON object that says where it is."""

import json
from base64 import b64encode
from datetime import UTC
from typing import Any

from penstock.cli.reading.user_records import ReadRecord
from penstock.cli.safe_text import safe_json, safe_line


def data_line(record: ReadRecord, *, terminal: bool) -> bytes:
    """Return a record's data and a line's end; for a terminal, as text that cannot act on it."""
    return (safe_line(record.data).encode("utf-8", "backslashreplace") if terminal else record.data) + b"\n"


def json_line(record: ReadRecord) -> bytes:
    """Return a record as a JSON object: data as ``data`` if it is UTF-8, otherwise in base64 as ``data_base64``."""
    envelope: dict[str, Any] = {
        "shard": record.shard_id,
        "sequence_number": record.sequence_number,
        "subsequence_number": record.subsequence_number,
        "partition_key": record.partition_key,
        "arrived_at": record.arrived_at.astimezone(UTC).isoformat(timespec="milliseconds"),
    }
    if record.explicit_hash_key is not None:
        envelope["explicit_hash_key"] = record.explicit_hash_key
    if record.damage is not None:
        envelope["damaged"] = record.damage
        envelope["data_base64"] = b64encode(record.data).decode()
    else:
        try:
            envelope["data"] = record.data.decode()
        except UnicodeDecodeError:
            envelope["data_base64"] = b64encode(record.data).decode()
    return safe_json(json.dumps(envelope, ensure_ascii=False)).encode() + b"\n"
