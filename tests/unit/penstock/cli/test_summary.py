from dataclasses import replace

from penstock.cli.put.account import Account
from penstock.cli.put.summary import summary
from penstock.config import ProducerConfig
from penstock.delivery.core import Delivery

STATISTICS = Delivery(ProducerConfig(), random=lambda: 0.5).statistics()


def test_all_of_nothing() -> None:
    line = summary(Account(lambda _: None, None), STATISTICS, lines=1, seconds=1234.56)
    assert line == "1 line: 0 accepted, 0 acknowledged, 0 failed; 0 records, 0 bytes, 0 retried, 1,234.6 s"


def test_what_the_spool_still_held_is_told() -> None:
    statistics = replace(STATISTICS, user_records_recovered=5000, kinesis_records_put=16)
    line = summary(Account(lambda _: None, None), statistics, lines=0, seconds=0.5)
    assert "0 failed, 5,000 that the spool still held sent too; 16 records" in line
