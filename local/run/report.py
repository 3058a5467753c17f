"""The ledger of a run: what was accepted must be counted, a duplicate, or a failed event."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from consumers.redrive.bucket import Bucket
from consumers.redrive.marks import PREFIX as MARKS
from consumers.redrive.selection import place
from consumers.redrive.survey import read_failed_events
from local.run.alerts_inbox import Received
from local.run.lag import LagSummary
from local.run.trends_client import TrendsClient
from local.stack import LocalStack


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of a run's events, each figure from where a user would look for it."""

    accepted: int
    """Events whose future resolved with a shard and a sequence number."""
    counted: int
    """Events in the reporting API's answers."""
    duplicates: int
    """Ingest's metric `DuplicatesDropped`."""
    failed: dict[str, int] = field(default_factory=dict)
    """Failed events by reason, but for those redriven: objects in the bucket, or, while the run goes on and nothing is
    redriven, the metric `FailedEvents`."""
    redriven: bool = False
    """Whether redrive brought events back. What it sends twice is a duplicate that no client sent."""

    @property
    def accounted(self) -> int:
        """How many events are somewhere."""
        return self.counted + self.duplicates + sum(self.failed.values())

    def discrepancy(self, *, delivered_again: bool = False) -> str | None:
        """Say by how much the accounts differ from what was accepted, or nothing where they agree.

        Args:
            delivered_again: Whether an invocation failed and its batch came again. Events that the failed one had
                counted then look like duplicates, so there may be more of these than were sent, but no event can be
                counted or set aside that was not accepted. The same goes for what is `redriven`.
        """
        difference = self.accepted - self.accounted
        if not difference:
            return None
        if (delivered_again or self.redriven) and difference < 0 and self.accounted - self.duplicates <= self.accepted:
            return None
        events = "event is" if abs(difference) == 1 else "events are"
        what = f"{abs(difference):,} {events} {'missing' if difference > 0 else 'too many'}"
        return (
            f"{what}: accepted {self.accepted:,}, counted {self.counted:,}, duplicates {self.duplicates:,}, "
            f"failed {sum(self.failed.values()):,}"
        )


def running_ledger(
    stack: LocalStack, trends: TrendsClient, accepted: Callable[[], int], *, past_every: float
) -> Ledger:
    """Return the ledger while events flow: cheap enough for several times a second.

    Raises:
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the bucket can't be read.
    """
    failed, redriven = _failed_by_metric(stack), False
    if failed and _any_mark(stack):
        failed, redriven = _failed_in_bucket(stack)
    duplicates = int(stack.metrics.total("DuplicatesDropped", service="ingest"))
    counted = trends.events(past_every=past_every)
    # Read last: what is counted was accepted before.
    return Ledger(accepted(), counted, duplicates, failed, redriven=redriven)


def final_ledger(stack: LocalStack, trends: TrendsClient, accepted: int) -> Ledger:
    """Return the ledger at the end, with the failed events as they lie in the bucket, but for those redriven."""
    failed, redriven = _failed_in_bucket(stack)
    duplicates = int(stack.metrics.total("DuplicatesDropped", service="ingest"))
    return Ledger(accepted, trends.events(), duplicates, failed, redriven=redriven)


def _failed_by_metric(stack: LocalStack) -> dict[str, int]:
    return {reason: int(count) for reason, count in sorted(stack.metrics.by("FailedEvents", "reason").items())}


def _any_mark(stack: LocalStack) -> bool:
    asked = stack.client("s3").list_objects_v2(Bucket=stack.outputs["FailedEventsBucketName"], Prefix=MARKS, MaxKeys=1)
    return bool(asked.get("Contents"))


def _failed_in_bucket(stack: LocalStack) -> tuple[dict[str, int], bool]:
    """Return the failed events that are not redriven, by reason, and whether any is."""
    bucket = stack.outputs["FailedEventsBucketName"]
    redriven = Bucket(stack.client("s3"), bucket).redriven()
    failed = Counter(
        event.reason
        for event in read_failed_events(stack.client("s3"), bucket)
        if (event.shard_id, place(event)) not in redriven
    )
    return dict(sorted(failed.items())), bool(redriven)


def write_report(path: Path, ledger: Ledger, lag: LagSummary, alerts: list[Received], trends: TrendsClient) -> None:
    """Write ledger, lag, alerts and every value's count, page by page from the reporting API, as JSON."""
    report = {
        "accepted": ledger.accepted,
        "counted": ledger.counted,
        "duplicates": ledger.duplicates,
        "failed": ledger.failed,
        "lag_seconds": asdict(lag),
        "alerts": [alert.message for alert in alerts],
    } | {dimension: trends.counts(dimension) for dimension in ("kind", "lang", "platform", "hashtag")}
    path.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
