"""Reports of what the model found."""

import pytest

from load.calibration.calibration import default_calibration
from load.configuration import CapacityMode, Configuration
from load.model.reporting import simulated_report
from load.model.run import simulate
from load.model.surroundings import AWS
from load.model.traffic import Traffic
from load.prices.table import price_table
from load.prices.usual import usual
from load.report.model import Report
from load.workload.events import EventShape
from load.workload.shapes import steady


def reported(traffic: Traffic, configuration: Configuration, seeds: int = 1) -> Report:
    outcomes = [simulate(traffic, configuration, default_calibration(), AWS, seed) for seed in range(seeds)]
    return simulated_report(outcomes, traffic, AWS, price_table())


def test_a_report_has_the_configuration_that_was_asked_for_and_the_shards_that_a_stream_on_demand_has() -> None:
    report = reported(Traffic(steady(20_000, 10)), Configuration(shards=1, stream_mode=CapacityMode.ON_DEMAND))

    assert report.configuration["ShardCount"] == "1"
    assert len(report.shards) == 13
    assert not [finding for finding in report.findings if "looked at" in finding.text]


def test_a_report_says_how_many_shards_stand_for_all() -> None:
    report = reported(Traffic(steady(50_000, 10)), Configuration(shards=40))

    assert report.findings[-1].text == "16 of 40 shards were looked at, for all of them"


def test_shards_without_an_author_are_none_that_others_stand_for() -> None:
    report = reported(Traffic(steady(50, 10), EventShape(keys=1)), Configuration(shards=2))

    assert len(report.shards) == 1
    assert not [finding for finding in report.findings if "looked at" in finding.text]


def test_what_takes_less_than_it_is_sent_by_any_seed_has_no_price() -> None:
    traffic = Traffic(steady(6_500, 10))

    assert reported(traffic, Configuration(shards=2)).cost is not None
    assert reported(traffic, Configuration(shards=2), seeds=8).cost is None
    assert reported(traffic, Configuration(shards=1)).cost is None


def test_copies_are_not_among_the_counted_and_no_part_of_the_million_that_is_priced() -> None:
    report = reported(Traffic(steady(1_000, 60), EventShape(duplicates=0.5)), Configuration())

    assert report.events.accepted == pytest.approx(60_000, rel=0.02)
    assert report.events.counted == pytest.approx(30_000, rel=0.02)
    assert report.cost is not None
    assert report.cost.per_million == pytest.approx(report.cost.per_month / (500 * 2.628))
    usual_bill = usual(1_000, 1_000, report.workload.event_bytes, 1.5, price_table().prices, duplicates=0.5)
    assert report.cost.usual_per_million == pytest.approx(usual_bill.million_events)
