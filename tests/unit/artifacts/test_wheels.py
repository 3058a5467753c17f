"""Which files belong to which distribution is what pip wrote down."""

from pathlib import Path

from artifacts.wheels import files_by_distribution


def test_files_are_told_apart_by_distribution_and_programs_are_left_out(tmp_path: Path) -> None:
    for name in ("one", "Two_Words"):
        (tmp_path / f"{name}-1.dist-info").mkdir()
        (tmp_path / f"{name}-1.dist-info/METADATA").write_text(f"Name: {name}\nVersion: 1\n")
        record = f"{name}/__init__.py,,\n../../bin/{name},,\n{name}-1.dist-info/METADATA,,\n"
        (tmp_path / f"{name}-1.dist-info/RECORD").write_text(record)
    assert files_by_distribution(tmp_path) == {
        canonical: {place: tmp_path / place for place in (f"{name}/__init__.py", f"{name}-1.dist-info/METADATA")}
        for name, canonical in (("one", "one"), ("Two_Words", "two-words"))
    }
