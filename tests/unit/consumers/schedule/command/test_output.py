"""What a change set does is told, that it lists nothing too."""

from consumers.command.stack_change import Touched
from consumers.schedule.command.output import touched_lines


def test_a_change_set_that_lists_nothing_is_said_and_no_empty_table() -> None:
    assert list(touched_lines([])) == ["CloudFormation lists no resource"]
    assert len(list(touched_lines([Touched("Modify", "IngestFunction", "AWS::Lambda::Function", "False")]))) == 2
