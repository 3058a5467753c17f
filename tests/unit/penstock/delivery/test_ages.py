import pytest

from penstock.aggregation import UserRecord
from penstock.delivery.ages import Ages
from penstock.delivery.lanes import UNROUTED
from penstock.delivery.record import PlainRecord, Record


def record(serial: int) -> Record:
    return PlainRecord(serial, UNROUTED, UserRecord("key", None, b""))


def test_a_record_expires_when_its_time_to_live_has_passed_since_it_was_seen() -> None:
    ages = Ages(16.0)
    ages.look(100.0, 1)
    ages.look(110.0, 2)
    ages.look(115.9, 2)
    assert not ages.expired(record(1))
    ages.look(116.0, 2)
    assert ages.expired(record(1))
    assert not ages.expired(record(2))
    ages.look(126.0, 2)
    assert ages.expired(record(2))


def test_records_seen_within_a_sixteenth_share_the_age_of_the_youngest() -> None:
    ages = Ages(16.0)
    ages.look(100.0, 1)
    ages.look(101.0, 2)
    ages.look(101.1, 3)
    ages.look(116.0, 3)
    assert not ages.expired(record(1))
    ages.look(117.0, 3)
    assert ages.expired(record(2))
    assert not ages.expired(record(3))


def test_it_looks_for_new_records_each_sixteenth_and_when_the_oldest_expire() -> None:
    ages = Ages(16.0)
    ages.look(100.0, 1)
    assert ages.next_at == 101.0
    ages.look(115.5, 1)
    assert ages.next_at == 116.0


def test_what_is_remembered_is_bounded() -> None:
    ages = Ages(16.0)
    for n in range(10_000):
        ages.look(n * 0.01, n)
    assert len(ages._births) <= 17


def test_without_a_time_to_live_nothing_expires() -> None:
    ages = Ages(None)
    ages.look(0.0, 1)
    ages.look(1e9, 2)
    assert not ages.expired(record(1))
    assert ages.next_at is None


@pytest.mark.parametrize("now", [0.0, 5.0, 100.0])
def test_records_that_come_after_a_quiet_time_are_young(now: float) -> None:
    ages = Ages(16.0)
    ages.look(0.0, 1)
    ages.look(now, 1)
    ages.forget()
    ages.look(now, 2)
    ages.look(now + 15.9, 2)
    assert not ages.expired(record(2))
