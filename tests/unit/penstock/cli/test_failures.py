"""What goes wrong is one line, which names the value and the remedy, and an exit status."""

import click
import pytest
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ProfileNotFound,
)

from penstock.cli.ending import ending
from penstock.cli.failures import explain, explained
from penstock.errors import ConfigurationError, ShardMapError


def answer(code: str, message: str = "", operation: str = "ListShards") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@pytest.mark.parametrize(
    ("error", "says", "status"),
    [
        (answer("ResourceNotFoundException"), "there is no stream words in eu-west-1 for these credentials", 1),
        (
            answer("AccessDeniedException", "User: x is not authorized", "GetRecords"),
            "AccessDeniedException: User: x is not authorized; check the credentials: they need kinesis:GetRecords on",
            1,
        ),
        (answer("ValidationException", "no such shard"), "ListShards on words in eu-west-1 failed with Validation", 1),
        (EndpointConnectionError(endpoint_url="http://127.0.0.1:1/"), '"http://127.0.0.1:1/"; check --endpoint-url', 1),
        (NoRegionError(), "give --region NAME, or set AWS_REGION", 2),
        (NoCredentialsError(), "no AWS credentials were found: give --profile NAME", 2),
        (ProfileNotFound(profile="p"), "(p) could not be found: give a --profile that", 2),
    ],
)
def test_errors_of_aws_name_the_remedy(error: BotoCoreError | ClientError, says: str, status: int) -> None:
    with pytest.raises(click.ClickException) as raised, explained("words", "eu-west-1"):
        raise error
    assert says in raised.value.message
    assert raised.value.exit_code == status


def test_messages_are_one_line_and_act_on_no_terminal() -> None:
    message, status = ending(explain(answer("Odd", "two\nlines \x1b[2J"), "s", None), str)
    assert message == r"error: ListShards on s failed with Odd: two lines \x1b[2J"
    assert status == 1


def test_a_wrong_option_is_wrong_usage_and_other_errors_of_the_sdk_are_failures() -> None:
    assert ending(ConfigurationError("too many"), str) == ("error: too many", 2)
    assert ending(ShardMapError("a gap"), str) == ("error: a gap", 1)
    assert ending(click.UsageError("what"), str) == ("error: what (--help tells more)", 2)
    assert ending(KeyboardInterrupt(), str) == ("", 130)
    assert ending(OSError(28, "No space left on device"), str)[0].endswith("[Errno 28] No space left on device")


def test_a_defect_is_kept_for_those_who_mend_it() -> None:
    kept: list[BaseException] = []

    def keep(error: BaseException) -> str:
        kept.append(error)
        return "file.log"

    defect = ZeroDivisionError("1/0")
    assert ending(defect, keep) == ("error: a defect of Penstock, ZeroDivisionError: 1/0; file.log has the details", 1)
    assert kept == [defect]
