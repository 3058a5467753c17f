"""A small OpenAPI document with one of each."""

from typing import Any

DOCUMENT: dict[str, Any] = {
    "info": {"title": "An <API>", "description": "Of & about"},
    "paths": {
        "/v1/things/{thing}": {
            "get": {
                "operationId": "things",
                "summary": "What there is",
                "parameters": [
                    {"name": "thing", "in": "path", "schema": {"enum": ["a", "b"]}, "description": "Which <b>"},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9, "default": 5}},
                ],
                "responses": {
                    "200": {
                        "description": "The answer.",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}},
                    },
                    "304": {"description": "Unchanged."},
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "properties": {
                    "names": {"type": "array", "items": {"type": "string"}},
                    "when": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
                }
            }
        }
    },
}
