import pytest

from penstock.errors import InvalidEventError
from penstock.hash_keys import MAX_HASH_KEY, encode_partition_key, hash_key, parse_hash_key


def test_a_hash_key_is_the_md5_of_the_partition_key() -> None:
    # MD5 of "a" is 0cc175b9c0f1b6a831c399e269772661 (RFC 1321, appendix A.5).
    assert hash_key("a") == 0x0CC175B9C0F1B6A831C399E269772661


def test_a_partition_key_is_hashed_as_utf_8() -> None:
    assert hash_key("ü") == hash_key(b"\xc3\xbc".decode())
    assert hash_key("ü") != hash_key("u\u0308")


@pytest.mark.parametrize("number", [0, 1, 2**127, MAX_HASH_KEY])
def test_an_explicit_hash_key_is_a_decimal_number(number: int) -> None:
    assert parse_hash_key(str(number)) == number


@pytest.mark.parametrize("text", ["", "00", "01", "-1", "+1", "1.0", "0x1", " 1", "1\n", "١", str(MAX_HASH_KEY + 1)])
def test_anything_else_is_no_explicit_hash_key(text: str) -> None:
    with pytest.raises(InvalidEventError, match="explicit hash key"):
        parse_hash_key(text)


@pytest.mark.parametrize("key", ["a", "k" * 256, "😀" * 256])
def test_a_partition_key_has_up_to_256_characters_of_any_kind(key: str) -> None:
    assert encode_partition_key(key).decode() == key


@pytest.mark.parametrize("key", ["", "k" * 257, None, 5, b"bytes", "\ud800"])
def test_anything_else_is_no_partition_key(key: str) -> None:
    with pytest.raises(InvalidEventError, match="partition key"):
        encode_partition_key(key)
