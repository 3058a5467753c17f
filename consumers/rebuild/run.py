"""One rebuild from end to end."""

from collections.abc import Callable

from consumers.rebuild.parts import Parts
from consumers.rebuild.report import Report
from consumers.rebuild.span import Span
from consumers.rebuild.tables import TablesError
from consumers.tables import REBUILD_RUN


def rebuild(
    parts: Parts,
    span: Span,
    report: Report,
    *,
    existing: bool,
    make_ready: bool,
    tell: Callable[[str], None],
    progress: Callable[[str], None],
) -> None:
    """Bring what arrived in `span` into the tables, and fill the report.

    Args:
        parts: what it is made of.
        span: which records.
        report: filled as it goes.
        existing: whether the tables exist: what `check` has told.
        make_ready: in the end, switch on what the stack's own tables have.
        tell: takes what is damaged.
        progress: takes how far it is.

    Raises:
        TablesError: one of the stack's own tables is gone.
        RebuildError: something could not be written; going on is safe.
        JournalError: the tables' journal can't be read.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: S3 or DynamoDB fails for good.
    """
    report.tables = " ".join(parts.settings.names)
    if report.dry_run:
        for hour in span.hours():
            progress(f"looking at {hour}: {report.objects:,} objects")
            _count(parts, hour, report)
        report.complete = True
        return
    if not existing:
        progress("making the tables")
        parts.tables.create()
    parts.journal.begin(parts.run_of(span))
    with parts.folding(report, tell, progress) as folding:
        folding.run(span)
    with parts.summing(report, tell, progress) as summing:
        summing.run(parts.journal.event_hours())
    with parts.viewing(tell, progress) as viewing:
        viewing.run(parts.journal.event_hours())
    parts.take_over_hide_list(tell)
    if make_ready:
        parts.tables.make_ready()
    report.log_stream_arn = parts.tables.log_stream_arn()
    report.trends_stream_arn = parts.tables.trends_stream_arn()
    report.complete = True


def check(parts: Parts, span: Span, *, go_on: bool) -> bool:
    """Refuse tables that are not this rebuild's; tell whether they exist.

    Args:
        parts: what it is made of.
        span: which records.
        go_on: take tables that an earlier run of the same rebuild began; otherwise they must be absent, or nothing be
            folded in them.

    Raises:
        TablesError: they are the stack's own, hold something that this rebuild did not begin, or the like.
        BucketError: a bucket is not there.
        JournalError: the tables' journal can't be read.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: DynamoDB fails for good.
    """
    names = parts.settings.names
    if set(names) & set(parts.settings.like):
        raise TablesError(f"{names.log} and {names.trends} are the stack's own: name others by --tables")
    parts.check_buckets()
    existing = parts.tables.exist()
    if not existing or parts.tables.are_empty():
        if go_on:
            raise TablesError(f"{names.log} and {names.trends} hold nothing to continue: leave out --continue")
        return existing
    begun = parts.journal.run()
    if begun is None:
        raise TablesError(f"{names.log} and {names.trends} hold something that is no rebuild: name others by --tables")
    if not go_on and parts.tables.hold_only(REBUILD_RUN.attributes):
        return True  # nothing is folded yet, so that it may as well be begun otherwise
    if differing := begun.differing(parts.run_of(span)):
        raise TablesError(
            f"{names.log} and {names.trends} were begun otherwise ({differing}): delete both, or name others "
            "by --tables"
        )
    if not go_on:
        raise TablesError(
            f"{names.log} and {names.trends} hold a rebuild of what arrived from {begun.since} on: go on with it "
            "(--continue), or name others by --tables"
        )
    return True


def _count(parts: Parts, hour: str, report: Report) -> None:
    entries = parts.archive.hour(hour)
    report.objects += len(entries)
    report.stored_bytes += sum(entry.size for entry in entries)
