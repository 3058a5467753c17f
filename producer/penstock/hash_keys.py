"""Hash keys: the 128-bit numbers by which Kinesis assigns a record to a shard.

A record belongs to the shard whose hash key range holds its hash key. That is the MD5 of its partition key,
unless the record names an explicit hash key (API reference, PutRecordsRequestEntry).
"""

import re
from hashlib import md5
from typing import Any, Final

from penstock.errors import InvalidEventError

MAX_HASH_KEY: Final = 2**128 - 1
"""The last hash key; the first is 0."""

MAX_PARTITION_KEY_CHARACTERS: Final = 256
"""Length of a partition key in Unicode characters, not bytes (API reference, PutRecordsRequestEntry)."""

GivenKey = Any
"""What a caller gives as a key, which may be no string at all: the functions here judge it when it is first seen."""

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,38}", re.ASCII)


def hash_key(partition_key: str) -> int:
    """Return the hash key of a partition key: the MD5 of its UTF-8 bytes as a big-endian number.

    >>> hash_key("a")
    16955237001963240173058271559858726497
    """
    return int.from_bytes(md5(partition_key.encode(), usedforsecurity=False).digest(), "big")


def parse_hash_key(text: GivenKey) -> int:
    """Return the number that an explicit hash key names.

    Raises:
        InvalidEventError: if it is no decimal number from 0 to 2**128 - 1 without leading zeros.
    """
    if not isinstance(text, str) or _DECIMAL.fullmatch(text) is None or int(text) > MAX_HASH_KEY:
        raise InvalidEventError(
            f"an explicit hash key is a decimal number from 0 to 2**128 - 1 as a string, not {text!r:.60}"
        )
    return int(text)


def encode_partition_key(partition_key: GivenKey) -> bytes:
    """Return the UTF-8 bytes of a partition key.

    Raises:
        InvalidEventError: if it is no string of 1 to 256 characters that UTF-8 can express.
    """
    if not isinstance(partition_key, str) or not 1 <= len(partition_key) <= MAX_PARTITION_KEY_CHARACTERS:
        raise InvalidEventError(
            f"a partition key is a string of 1 to {MAX_PARTITION_KEY_CHARACTERS} characters, "
            f"not {partition_key!r:.60}; pass partition_key= with each event given as bytes"
        )
    try:
        return partition_key.encode()
    except UnicodeEncodeError as error:
        raise InvalidEventError(
            f"the partition key {partition_key!r:.60} has a lone surrogate, which UTF-8 cannot express"
        ) from error
