"""What Lambda tells a function of its invocation."""

from aws_lambda_powertools.utilities.typing import LambdaContext


class Context(LambdaContext):
    """An invocation with all the time it needs."""

    def __init__(self, function_name: str) -> None:
        """Name the function."""
        self._function_name = function_name
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = f"arn:aws:lambda:eu-central-1:123456789012:function:{function_name}"
        self._aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return the time left: plenty."""
        return 60_000
