"""The line that ends a put."""

from penstock.cli.put.account import Account
from penstock.delivery.statistics import Statistics


def summary(account: Account, statistics: Statistics, *, lines: int, seconds: float) -> str:
    """Return what became of all lines, in one line.

    Args:
        account: of the lines.
        statistics: of the producer, in the end.
        lines: how many were read, blank ones too.
        seconds: how long it took.
    """
    failed = f"{account.failed:,} failed"
    if account.failed:
        failed += f" ({', '.join(f'{count:,} {kind}' for kind, count in account.failures.most_common())})"
    parts = [
        f"{account.accepted:,} accepted",
        f"{account.acknowledged:,} acknowledged",
        failed,
    ]
    recovered = statistics.user_records_recovered
    if recovered:
        parts.append(f"{recovered:,} that the spool still held sent too")
    return (
        f"{_count(lines, 'line')}: {', '.join(parts)}; {_count(statistics.kinesis_records_put, 'record')}, "
        f"{_count(statistics.kinesis_records_data_put, 'byte')}, {statistics.retries:,} retried, {seconds:,.1f} s"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
