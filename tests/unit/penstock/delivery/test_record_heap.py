from random import Random

from penstock.aggregation import UserRecord
from penstock.delivery.lanes import UNROUTED
from penstock.delivery.record import PlainRecord, Record
from penstock.delivery.record_heap import RecordHeap


def record(serial: int) -> Record:
    return PlainRecord(serial, UNROUTED, UserRecord("key", None, b""))


def test_records_come_in_the_order_of_their_numbers_and_with_equal_ones_as_they_came() -> None:
    heap = RecordHeap()
    records = [record(n) for n in range(4)]
    for each, number in zip(records, [2, 1, 2, 0], strict=True):
        heap.add(each, number)
    assert heap.records() == [records[3], records[1], records[0], records[2]]
    assert heap.first == (0, records[3])


def test_a_record_that_is_added_again_has_its_new_number_alone() -> None:
    heap = RecordHeap()
    first, second = record(1), record(2)
    heap.add(first, 1)
    heap.add(second, 2)
    heap.add(first, 3)
    assert heap.first == (2, second)
    assert heap.discard(second)
    assert not heap.discard(second)
    assert heap.first == (3, first)
    assert heap.discard(first)
    assert heap.first is None
    assert len(heap) == 0


def test_any_records_can_be_taken_away_and_leave_nothing_behind_for_long() -> None:
    random = Random(1)
    heap = RecordHeap()
    present: dict[Record, int] = {}
    for serial in range(5000):
        each = record(serial)
        present[each] = random.randrange(1000)
        heap.add(each, present[each])
        if len(present) > 20:
            gone = random.choice(list(present))
            del present[gone]
            assert heap.discard(gone)
        assert heap.first is not None
        assert heap.first[0] == min(present.values())
        assert len(heap._heap) <= 2 * 21 + 65
    assert sorted(present[each] for each in present) == [present[each] for each in heap.records()]
