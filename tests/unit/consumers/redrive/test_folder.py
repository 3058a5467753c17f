"""A discarded batch is given to ingest until all of it is written."""

from collections import Counter
from typing import Any, cast

import pytest

from consumers.failed_events import Reason
from consumers.ingest.ingest import Ingest, Result
from consumers.ingest.persistence import ATTEMPTS, Trouble
from consumers.ingest.tally import Tally
from consumers.redrive.folder import Folder
from consumers.redrive.report import FoldReport
from tests.unit.consumers.ingest.batches import Put, a_batch

BATCH = a_batch(*(Put(number, b"") for number in (8, 9, 10, 11)))


class FakeIngest:
    """Answers one result after the other, and keeps what it was given."""

    def __init__(self, *results: Result | Exception) -> None:
        self.results = list(results)
        self.given: list[list[str]] = []
        self.forgotten_before: set[float] = set()

    def process(self, batch: dict[str, Any], _seconds_left: object, *, forgotten_before: float) -> Result:
        self.given.append([record["kinesis"]["sequenceNumber"] for record in batch["Records"]])
        self.forgotten_before.add(forgotten_before)
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result


def result(*, folded: int = 0, duplicates: int = 0, failed: int = 0, checkpoint: int | None = None) -> Result:
    reasons = Counter({Reason.INVALID: failed}) if failed else Counter[Reason]()
    errors = Counter({"ThrottlingException": 1}) if checkpoint is not None else Counter[str]()
    return Result(
        records=4,
        events=4,
        tally=Tally(folded, duplicates, reasons),
        addresses=1,
        segments=1,
        refused=0,
        errors=errors,
        hottest=None,
        checkpoint=checkpoint,
    )


def folded(ingest: FakeIngest, seconds_left: float = 60.0) -> tuple[Trouble | None, FoldReport, list[float]]:
    waits: list[float] = []
    folder = Folder(
        cast(Ingest, ingest),
        segment_retention_seconds=100,
        now=lambda: 1_000.0,
        sleep=waits.append,
        seconds_left=lambda: seconds_left,
    )
    report = FoldReport()
    return folder.fold(BATCH["Records"], report), report, waits


def test_one_try_is_enough_where_all_is_written() -> None:
    ingest = FakeIngest(result(folded=3, duplicates=2, failed=1))
    trouble, report, waits = folded(ingest)
    assert trouble is None
    assert (report.counted, report.duplicates, report.failed, waits) == (3, 2, {"invalid": 1}, [])
    assert ingest.forgotten_before == {900.0}


def test_the_rest_is_tried_again_from_the_first_record_that_was_not_written() -> None:
    ingest = FakeIngest(result(folded=2, checkpoint=10), result(folded=1, checkpoint=11), result(folded=4))
    trouble, report, waits = folded(ingest)
    assert trouble is None
    assert ingest.given == [["8", "9", "10", "11"], ["10", "11"], ["11"]]
    assert (report.counted, waits) == (7, [0.5, 1.0])


def test_what_cannot_be_written_is_left_for_another_run() -> None:
    ingest = FakeIngest(*(result(checkpoint=8) for _ in range(ATTEMPTS)))
    trouble, _, waits = folded(ingest)
    assert trouble == ("ThrottlingException", "ThrottlingException after 6 tries")
    assert len(waits) == ATTEMPTS - 1


def test_it_does_not_begin_again_when_time_is_up() -> None:
    ingest = FakeIngest(*(result(checkpoint=8) for _ in range(ATTEMPTS)))
    trouble, _, waits = folded(ingest, seconds_left=1.5)
    assert trouble is not None
    assert trouble.why == "ThrottlingException"
    assert waits == [0.5]


@pytest.mark.parametrize("error", [KeyError("kinesis"), OverflowError(), RecursionError(), AttributeError()])
def test_what_is_unforeseen_ends_nothing_but_its_batch(error: Exception) -> None:
    trouble, _, _ = folded(FakeIngest(error))
    assert trouble is not None
    assert trouble.why == type(error).__name__
