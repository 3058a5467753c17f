"""The reporting API of a deployed stack, asked by who does not sign in to it or has no key of it, as a pipeline."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError

from load.runs.reporting_api import ReportingApi, ReportingApiError

COMPARE: Final = "/v1/compare/{dimension}"
"""The route that is asked, as API Gateway knows it."""


class UnsignedApi(ReportingApi):
    """An API whose users sign in, asked without: by API Gateway's own test of a method, a right of IAM.

    It takes the way of a request but for authorizer and throttling (TestInvokeMethod, API Gateway API reference).

    Args:
        client: of API Gateway.
        url: of the API on AWS, whose name begins with its id.
    """

    def __init__(self, client: Any, url: str) -> None:  # noqa: ANN401 - boto3 makes a client's type at run time
        super().__init__(url)
        self._client = client
        self._api = url.removeprefix("https://").partition(".")[0]
        self._resource: str | None = None

    def _get(self, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        try:
            answer = self._client.test_invoke_method(
                restApiId=self._api,
                resourceId=self._compare(),
                httpMethod="GET",
                pathWithQueryString=f"{path}?{urlencode(query)}",
            )
        except (ClientError, BotoCoreError) as error:
            raise ReportingApiError(f"the reporting API {self._api} can't be tested: {error}") from error
        if answer["status"] != 200:
            raise ReportingApiError(f"the reporting API answered {answer['status']} to {path}: {answer['body'][:200]}")
        return json.loads(answer["body"])

    def _compare(self) -> str:
        if self._resource is None:
            pages = self._client.get_paginator("get_resources").paginate(restApiId=self._api)
            found = [each["id"] for page in pages for each in page["items"] if each["path"] == COMPARE]
            if not found:
                raise ReportingApiError(f"the API {self._api} has no route {COMPARE}: is it Penstock's?")
            (self._resource,) = found
        return self._resource
