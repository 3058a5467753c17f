"""The OpenAPI document, generated from the routes and the answers' models."""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver

VERSION = "1"
"""Of the API: the v1 of its paths."""


def document(app: "APIGatewayRestResolver") -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of `app`.

    What Powertools adds is left out: its own validation answers, since here a bad parameter is a 400 problem, and a
    body of answers that have none.
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
            for response in operation["responses"].values():
                response["content"] = {name: each for name, each in response["content"].items() if each}
                if not response["content"]:
                    del response["content"]
    schemas = described["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(name, None)
    return described
