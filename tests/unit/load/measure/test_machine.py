"""How busy the machine was, by the kernel's ticks."""

from pathlib import Path

import pytest

from load.measure import machine
from load.measure.machine import Machine


@pytest.fixture
def stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "stat"
    monkeypatch.setattr(machine, "_STAT", path)
    return path


def ticks(path: Path, **counted: int) -> None:
    """Write what the kernel has counted since the machine's start."""
    kinds = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice")
    path.write_text(f"cpu  {' '.join(str(counted.get(each, 0)) for each in kinds)}\ncpu0 1 2 3\n", encoding="ascii")


def test_what_was_not_idle_and_waited_for_no_disk_was_busy(stat: Path) -> None:
    ticks(stat, user=1_000, idle=9_000)
    since = Machine()
    ticks(stat, user=1_010, nice=5, system=10, irq=1, softirq=2, steal=2, idle=9_060, iowait=10)
    assert since.busy() == pytest.approx(0.3)


def test_guests_are_counted_once_since_the_kernel_counts_them_as_users_too(stat: Path) -> None:
    ticks(stat)
    since = Machine()
    ticks(stat, user=50, idle=50, guest=50)
    assert since.busy() == pytest.approx(0.5)


def test_it_counts_from_when_it_was_begun_again(stat: Path) -> None:
    ticks(stat)
    since = Machine()
    ticks(stat, user=100)
    since.restart()
    ticks(stat, user=120, idle=80)
    assert since.busy() == pytest.approx(0.2)


def test_where_the_kernel_does_not_tell_or_no_time_has_passed_nothing_is_known(stat: Path) -> None:
    assert Machine().busy() is None
    ticks(stat, user=100)
    assert Machine().busy() is None
