"""The ledger balances, or says by how much it does not."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from consumers.redrive.bucket import Bucket
from local.run import report
from local.run.report import Ledger, running_ledger
from local.stack import LocalStack


def test_a_ledger_balances_when_every_accepted_event_is_somewhere() -> None:
    ledger = Ledger(accepted=10, counted=6, duplicates=2, failed={"invalid": 1, "future": 1})
    assert (ledger.accounted, ledger.discrepancy()) == (10, None)


def test_a_missing_event_is_said_with_every_account() -> None:
    ledger = Ledger(accepted=1_010, counted=1_000, duplicates=2, failed={"invalid": 1})
    assert ledger.discrepancy() == ("7 events are missing: accepted 1,010, counted 1,000, duplicates 2, failed 1")


def test_an_event_counted_twice_is_said_too() -> None:
    assert (Ledger(accepted=1, counted=2, duplicates=0).discrepancy() or "").startswith("1 event is too many: ")


def test_a_batch_delivered_again_explains_more_duplicates_but_nothing_else() -> None:
    assert Ledger(accepted=9, counted=8, duplicates=3).discrepancy(delivered_again=True) is None
    assert Ledger(accepted=9, counted=8, duplicates=3).discrepancy() is not None
    assert Ledger(accepted=9, counted=10, duplicates=0).discrepancy(delivered_again=True) is not None
    assert Ledger(accepted=9, counted=7, duplicates=1).discrepancy(delivered_again=True) is not None


def test_what_redrive_sent_twice_is_more_duplicates_and_nothing_else() -> None:
    assert Ledger(4, 1, 2, {"invalid": 3}, redriven=True).discrepancy() is None
    assert (Ledger(4, 1, 2, {"invalid": 3}).discrepancy() or "").startswith("2 events are too many")
    assert (Ledger(4, 1, 0, {"invalid": 2}, redriven=True).discrepancy() or "").startswith("1 event is missing")
    assert Ledger(4, 5, 0, redriven=True).discrepancy() is not None


@pytest.mark.parametrize(("marks", "failed"), [([], {"invalid": 2}), ([{"Key": "redriven/x"}], {"invalid": 1})])
def test_what_is_redriven_is_no_failed_event_while_the_run_goes_on(
    monkeypatch: pytest.MonkeyPatch, marks: list[dict[str, str]], failed: dict[str, int]
) -> None:
    two = [SimpleNamespace(reason="invalid", shard_id="s", place=place) for place in ("1.0", "2.0")]
    monkeypatch.setattr(report, "read_failed_events", lambda *_: two)
    monkeypatch.setattr(report, "place", lambda event: event.place)
    monkeypatch.setattr(Bucket, "redriven", lambda _: {("s", "1.0")})
    stack = SimpleNamespace(
        metrics=SimpleNamespace(by=lambda *_: {"invalid": 2.0}, total=lambda *_, **__: 0.0),
        client=lambda _: SimpleNamespace(list_objects_v2=lambda **_: {"Contents": marks}),
        outputs={"FailedEventsBucketName": "bucket"},
    )
    trends = cast("Any", SimpleNamespace(events=lambda **_: 2 - failed["invalid"]))
    ledger = running_ledger(cast("LocalStack", stack), trends, lambda: 2, past_every=1.0)
    assert (ledger.failed, ledger.redriven, ledger.discrepancy()) == (failed, bool(marks), None)
