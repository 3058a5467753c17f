"""What every answer of the API carries, problems too: the request's id, and which page may read it."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

EXPOSED: Final = "Link, Penstock-As-Of, Penstock-From, Penstock-To, Retry-After, X-Request-Id"
"""Headers of ours that a page of another origin may read (Fetch Standard, "CORS-exposed header-name list")."""


class CommonHeaders:
    """Builds those headers."""

    def __init__(self, dashboard_origin: str) -> None:
        """Let pages of `dashboard_origin`, like ``https://dashboard.example.com``, read answers; no page if empty.

        Browsers compare the one origin that is named with that of their page, so it is the same in every answer and
        caches need no `Vary` for it. The preflight that asks beforehand is answered by API Gateway (template.yaml).
        """
        self._headers = {"X-Content-Type-Options": "nosniff"}  # its content type is to be taken at its word
        if dashboard_origin:
            self._headers |= {
                "Access-Control-Allow-Origin": dashboard_origin,
                "Access-Control-Expose-Headers": EXPOSED,
            }

    def of(self, event: "APIGatewayProxyEvent") -> dict[str, str]:
        """Return the headers of the answer to `event`."""
        request_id = event.request_context.request_id
        return {**self._headers, **({"X-Request-Id": request_id} if request_id else {})}
