"""A deployed stack, found by its name: where its events go, and its reporting API."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from load.errors import InputError
from load.runs.reporting_api import ReportingApi, ReportingApiError

if TYPE_CHECKING:
    from boto3.session import Session

COMPARE: Final = "/v1/compare/{dimension}"
"""The route that is asked, as API Gateway knows it."""


def find(session: "Session", stack: str) -> tuple[str, ReportingApi]:
    """Return a stack's stream and its reporting API, asked as `SignIn` wants.

    Raises:
        InputError: there is no such stack, or it is none of Penstock's, or CloudFormation can't be asked.
    """
    try:
        described, *_ = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except (ClientError, BotoCoreError) as error:
        raise InputError(f"the stack {stack!r:.130} can't be found: {error}") from error
    outputs = {each.get("OutputKey"): each.get("OutputValue", "") for each in described.get("Outputs", [])}
    parameters = {each.get("ParameterKey"): each.get("ParameterValue") for each in described.get("Parameters", [])}
    if not (outputs.get("StreamName") and outputs.get("ApiUrl")):
        raise InputError(f"the stack {stack!r:.130} is none of Penstock's: it has no outputs StreamName and ApiUrl")
    if parameters.get("SignIn") == "Cognito":
        return outputs["StreamName"], UnsignedApi(session.client("apigateway"), outputs["ApiUrl"])
    return outputs["StreamName"], ReportingApi(outputs["ApiUrl"], lambda url: signed(session, url))


def signed(session: "Session", url: str) -> Mapping[str, str]:
    """Return the headers by which IAM lets a GET of an API pass (Signature Version 4).

    Raises:
        ReportingApiError: there are no credentials.
    """
    credentials = session.get_credentials()
    if credentials is None:
        raise ReportingApiError("there are no AWS credentials to sign requests with")
    request = AWSRequest("GET", url)
    SigV4Auth(credentials.get_frozen_credentials(), "execute-api", session.region_name).add_auth(request)
    return dict(request.headers.items())


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
