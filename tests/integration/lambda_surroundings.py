"""What surrounds a handler that a test calls as Lambda would."""

import sys


class Context:
    """What Lambda tells a function about its invocation."""

    memory_limit_in_mb = 1024
    aws_request_id = "request-1"

    def __init__(self, function_name: str) -> None:
        self.function_name = function_name
        self.invoked_function_arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class Stdout:
    """Standard output as it is when written to: pytest changes it between a test's set-up and the test."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()
