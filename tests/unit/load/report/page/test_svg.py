"""Drawing: lines, and what is left of them between gaps."""

from load.report.page.svg import LEFT, RIGHT, WIDTH, Frame, path

FRAME = Frame(most_x=WIDTH - LEFT - RIGHT, most_y=100)
"""One unit from the left is one of a value."""


def place(x: float, y: float) -> str:
    return f"{LEFT + x:.1f} {FRAME.y(y)}"


def test_a_line_goes_from_point_to_point() -> None:
    drawn = path(FRAME, [(0, 1.0), (10, 3.0), (20, 2.0)], "slot-1")
    assert drawn == (
        f'<path class="series" style="stroke:var(--slot-1)" d="M{place(0, 1)}L{place(10, 3)}L{place(20, 2)}"/>'
    )


def test_a_gap_interrupts_a_line() -> None:
    drawn = path(FRAME, [(0, 1.0), (10, 3.0), (20, None), (30, 2.0), (40, 1.0)], "slot-1")
    assert f'd="M{place(0, 1)}L{place(10, 3)}M{place(30, 2)}L{place(40, 1)}"' in drawn


def test_a_point_between_gaps_is_a_dot() -> None:
    drawn = path(FRAME, [(0, 1.0), (10, None), (20, 2.0), (30, None), (40, 3.0), (50, 4.0)], "slot-1")
    assert f'class="series" style="stroke:var(--slot-1)" d="M{place(40, 3)}L{place(50, 4)}"' in drawn
    assert f'class="series dots" style="stroke:var(--slot-1)" d="M{place(0, 1)}h0M{place(20, 2)}h0"' in drawn


def test_a_line_without_points_is_nothing() -> None:
    assert path(FRAME, [(0, None)], "slot-1") == ""
