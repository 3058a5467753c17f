"""Frames: what was written is read, whatever happens to the rest of the file."""

from hypothesis import given
from hypothesis import strategies as st

from penstock.spool.frames import FRAME_BYTES, Damage, Frame, frame, read_frames

MARKER = b"\x01\x02\x03\x04"
numbers = st.integers(0, 2**32 - 1)
payloads = st.lists(st.tuples(numbers, st.binary(min_size=1, max_size=60)), max_size=8)


def file_of(written: list[tuple[int, bytes]]) -> bytes:
    return b"head" + b"".join(frame(MARKER, number, payload) for number, payload in written)


def read(data: bytes) -> list[Frame | Damage]:
    return list(read_frames(data, MARKER, 4))


def test_a_frame_takes_sixteen_bytes_more_than_its_payload() -> None:
    assert len(frame(MARKER, 7, b"payload")) == len(b"payload") + FRAME_BYTES == len(b"payload") + 16


@given(payloads)
def test_frames_are_read_as_they_were_written(written: list[tuple[int, bytes]]) -> None:
    found = read(file_of(written))
    assert [(each.number, each.payload) for each in found if isinstance(each, Frame)] == written
    assert not any(isinstance(each, Damage) for each in found)


@given(payloads, st.data())
def test_of_a_file_that_was_cut_the_whole_frames_are_read(
    written: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    whole = file_of(written)
    cut = whole[: data.draw(st.integers(4, len(whole)))]
    found = read(cut)
    frames = [each for each in found if isinstance(each, Frame)]
    assert [(each.number, each.payload) for each in frames] == written[: len(frames)]
    end = frames[-1].end if frames else 4
    assert [each for each in found if isinstance(each, Damage)] == ([Damage(end, len(cut))] if end < len(cut) else [])


@given(payloads.filter(bool), st.data())
def test_a_flipped_bit_costs_the_frame_that_holds_it_and_is_reported(
    written: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    whole = bytearray(file_of(written))
    bit = data.draw(st.integers(32, len(whole) * 8 - 1))
    whole[bit // 8] ^= 1 << bit % 8
    found = read(bytes(whole))
    hit = [each for each in found if isinstance(each, Damage)]
    assert len(hit) == 1
    assert hit[0].start <= bit // 8 < hit[0].end
    undamaged = [(each.number, each.payload) for each in read(file_of(written)) if isinstance(each, Frame)]
    assert len(undamaged) == len(written)
    index = next(i for i, each in enumerate(read(file_of(written))) if each.end > bit // 8)
    assert [(e.number, e.payload) for e in found if isinstance(e, Frame)] == undamaged[:index] + undamaged[index + 1 :]


@given(payloads, st.binary(max_size=40), payloads)
def test_what_was_written_behind_rubbish_is_read(
    before: list[tuple[int, bytes]], rubbish: bytes, after: list[tuple[int, bytes]]
) -> None:
    found = read(file_of(before) + rubbish + file_of(after)[4:])
    assert [(each.number, each.payload) for each in found if isinstance(each, Frame)] == before + after
    assert sum(each.end - each.start for each in found if isinstance(each, Damage)) == len(rubbish)


@given(st.binary(max_size=300))
def test_any_bytes_can_be_read_and_every_byte_is_accounted_for(data: bytes) -> None:
    found = list(read_frames(data, data[:4] or b"none", 0))
    assert [each.start for each in found] == [0, *(each.end for each in found)][: len(found)]
    assert not found or found[-1].end == len(data)


def test_an_event_that_is_itself_a_spool_s_file_is_not_read_as_events() -> None:
    inner = frame(b"\x0a\x0b\x0c\x0d", 1, b"stolen")
    whole = frame(MARKER, 1, inner) + frame(MARKER, 2, b"next")
    broken = whole[:8] + b"\xff" + whole[9:]
    assert [each.payload for each in read_frames(broken, MARKER, 0) if isinstance(each, Frame)] == [b"next"]
