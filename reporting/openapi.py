"""The OpenAPI document, generated from the routes and the answers' models."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver

VERSION = "1"
"""Of the API: the v1 of its paths."""


def document(app: "APIGatewayRestResolver") -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of `app`.

    What Powertools adds about its own validation answers is left out: here a bad parameter is a 400 problem.
    """
    described: dict[str, Any] = json.loads(
        app.get_openapi_json_schema(
            title="Penstock reporting API",
            version=VERSION,
            description="Trends of social events: what is used most, how much over time, and how fresh that is.",
        )
    )
    for path in described["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    schemas = described["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(name, None)
    return described
