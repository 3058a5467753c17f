"""Lines out of chunks, in time that grows with their bytes alone. Pure."""

from collections.abc import Iterable, Iterator


def lines(chunks: Iterable[bytes], most_bytes: int) -> Iterator[bytes | None]:
    """Yield each line without its end; nothing in the place of one that has more than `most_bytes`."""
    pieces: list[bytes] = []
    size = 0
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            yield b"".join([*pieces, piece]) if size + len(piece) <= most_bytes else None
            pieces.clear()
            size = 0
        size += len(rest)
        if size <= most_bytes:
            pieces.append(rest)
        else:
            pieces.clear()
    if size:
        yield b"".join(pieces) if size <= most_bytes else None
