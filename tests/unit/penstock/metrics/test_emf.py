import json
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from penstock.delivery.histogram import Histogram
from penstock.errors import ConfigurationError
from penstock.metrics.emf import MOST_VALUES, EmfExporter, _spread
from tests.unit.penstock.metrics.snapshots import HIGH, LOW, Traffic

NUMBERS = {"type": "array", "items": {"type": "number"}, "maxItems": 100}
SCHEMA = {
    # By the specification's rules, with the form of distributions that AWS's own writers use.
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": False,
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "additionalProperties": False,
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1, "maxLength": 255},
                            "Dimensions": {"type": "array", "minItems": 1, "items": {"type": "array", "maxItems": 9}},
                            "Metrics": {
                                "type": "array",
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "Name": {"type": "string"},
                                        "Unit": {"enum": ["Count", "Bytes", "Milliseconds"]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
    "additionalProperties": {
        "anyOf": [
            {"type": "string"},
            {"type": "number"},
            {
                "type": "object",
                "required": ["Values", "Counts", "Min", "Max", "Count", "Sum"],
                "properties": {"Values": NUMBERS, "Counts": NUMBERS},
            },
        ]
    },
}


class Output:
    """What an exporter writes, checked against the format."""

    def __init__(self, **arguments: Any) -> None:  # noqa: ANN401 - EmfExporter's, each of its own type
        self.lines: list[str] = []
        self.exporter = EmfExporter(self.lines.append, clock=lambda: 1_770_000_000.5, **arguments)
        self.exporter.begin("events")

    def take(self) -> dict[tuple[str | None, str | None], dict[str, Any]]:
        """Return the documents written since the last time by shard and error code."""
        documents = [json.loads(line) for line in self.lines]
        self.lines.clear()
        for document in documents:
            jsonschema.validate(document, SCHEMA)
            [directive] = document["_aws"]["CloudWatchMetrics"]
            for name in (*directive["Dimensions"][0], *(metric["Name"] for metric in directive["Metrics"])):
                assert name in document
        return {(document.get("ShardId"), document.get("ErrorCode")): document for document in documents}


def units(document: Mapping[str, Any]) -> dict[str, str]:
    return {metric["Name"]: metric["Unit"] for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]}


def test_the_stream_and_each_shard_have_a_document() -> None:
    traffic, output = Traffic(), Output()
    traffic.put(3)
    traffic.put(4, HIGH)
    output.exporter.export(traffic.snapshot())
    documents = output.take()
    assert set(documents) == {(None, None), (LOW, None), (HIGH, None)}
    stream = documents[None, None]
    assert stream["_aws"]["Timestamp"] == 1_770_000_000_500
    assert stream["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "KinesisProducerLibrary"
    assert stream["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["StreamName"]]
    assert (stream["StreamName"], stream["UserRecordsReceived"], stream["UserRecordsDataPut"]) == ("events", 7, 35)
    shard = documents[HIGH, None]
    assert shard["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["StreamName", "ShardId"]]
    assert (shard["ShardId"], shard["UserRecordsPut"]["Sum"]) == (HIGH, 4)
    assert "UserRecordsPending" not in shard


def test_metrics_are_those_of_kpl_with_its_units() -> None:
    traffic, output = Traffic(), Output()
    traffic.put(1)
    output.exporter.export(traffic.snapshot())
    documented = {
        **dict.fromkeys(("UserRecordsReceived", "UserRecordsPending", "UserRecordsPut", "KinesisRecordsPut"), "Count"),
        **dict.fromkeys(("UserRecordsDataPut", "KinesisRecordsDataPut"), "Bytes"),
        **dict.fromkeys(("AllErrors", "RetriesPerRecord", "UserRecordExpired"), "Count"),
        **dict.fromkeys(("BufferingTime", "RequestTime"), "Milliseconds"),
        **dict.fromkeys(("UserRecordsPerKinesisRecord", "KinesisRecordsPerPutRecordsRequest"), "Count"),
        "UserRecordsPerPutRecordsRequest": "Count",
    }
    assert documented.items() <= units(output.take()[None, None]).items()


def test_distributions_have_their_values_and_counts() -> None:
    traffic, output = Traffic(), Output()
    traffic.put(3)
    traffic.put(3)
    output.exporter.export(traffic.snapshot())
    assert output.take()[None, None]["UserRecordsPerKinesisRecord"] == {
        "Values": [3],
        "Counts": [2],
        "Min": 3,
        "Max": 3,
        "Count": 2,
        "Sum": 6,
    }


def test_times_are_in_milliseconds() -> None:
    histogram = Histogram()
    histogram.add(0.25)
    assert _spread(histogram.snapshot(), scale=1000)["Values"] == [250]


def test_the_average_of_records_put_is_the_rate_of_success() -> None:
    traffic, output = Traffic(), Output()
    traffic.put(3)
    traffic.refuse()
    output.exporter.export(traffic.snapshot())
    put = output.take()[None, None]["UserRecordsPut"]
    assert put == {"Values": [0, 1], "Counts": [1, 3], "Min": 0, "Max": 1, "Count": 4, "Sum": 3}


def test_only_what_is_new_is_written() -> None:
    traffic, output = Traffic(), Output()
    traffic.put(3)
    output.exporter.export(traffic.snapshot())
    output.take()
    output.exporter.export(traffic.snapshot())
    documents = output.take()
    assert set(documents) == {(None, None)}
    assert documents[None, None]["UserRecordsPut"] == 0


def test_errors_have_their_code_for_a_dimension() -> None:
    traffic, output = Traffic(), Output()
    traffic.put(1)
    traffic.throttle_once(LOW)
    output.exporter.export(traffic.snapshot())
    documents = output.take()
    code = "ProvisionedThroughputExceededException"
    assert documents[None, code]["ErrorsByCode"] == 1
    assert documents[LOW, code]["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["StreamName", "ShardId", "ErrorCode"]
    ]
    assert documents[LOW, None]["AllErrors"] == 1


def test_shards_can_be_left_out_and_dimensions_added() -> None:
    traffic, output = Traffic(), Output(shards=False, namespace="Ours", dimensions={"Host": "h1"})
    traffic.put(1)
    output.exporter.export(traffic.snapshot())
    documents = output.take()
    assert set(documents) == {(None, None)}
    [directive] = documents[None, None]["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Ours", [["StreamName", "Host"]])
    assert documents[None, None]["Host"] == "h1"


def test_no_metric_has_more_values_than_the_format_allows() -> None:
    histogram = Histogram()
    for number in range(1000):
        histogram.add(1.05**number)
    target = _spread(histogram.snapshot(), scale=1)
    assert len(target["Values"]) == len(target["Counts"]) == MOST_VALUES
    assert sum(target["Counts"]) == target["Count"] == 1000
    assert target["Values"] == sorted(target["Values"])


def test_lines_go_to_standard_output_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    exporter = EmfExporter(shards=False)
    exporter.begin("events")
    exporter.export(Traffic().snapshot())
    assert json.loads(capsys.readouterr().out)["StreamName"] == "events"


def test_an_exporter_belongs_to_one_producer() -> None:
    output = Output()
    with pytest.raises(ConfigurationError, match="exports events already"):
        output.exporter.begin("others")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"interval_seconds": 0}, "above 0"),
        ({"namespace": ""}, "1 to 255"),
        ({"dimensions": {"Host": ""}}, "1 to 255"),
        ({"dimensions": {str(n): "x" for n in range(7)}}, "6 at most"),
    ],
)
def test_what_cloudwatch_does_not_take_is_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        EmfExporter(**arguments)
