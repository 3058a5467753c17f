"""The table of the page is read as it is written."""

from pathlib import Path

from artifacts.recorded import Recorded, as_table, recorded


def test_what_is_written_is_read(tmp_path: Path) -> None:
    rows = {"OneFunction": Recorded(1_234_567, 7_654_321, 2.5), "OtherFunction": Recorded(1, 2, 11.25)}
    page = tmp_path / "page.md"
    page.write_text(f"# A page\n\n| part | how |\n| --- | --- |\n| a | b |\n\n{as_table(rows)}\n\nAnd so on.\n")
    assert recorded(page) == rows
