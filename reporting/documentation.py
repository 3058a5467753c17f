"""The OpenAPI document as a page for people: one HTML file without scripts, which asks nobody for anything."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final

from reporting.representations import Representation

Json = Mapping[str, Any]

_STYLE: Final = Path(__file__).with_name("documentation.css")


def page(document: Json) -> str:
    """Return `document` (OpenAPI 3.1, as `reporting.openapi` makes it) as HTML."""
    info = document["info"]
    operations = [(path, each["get"]) for path, each in document["paths"].items()]
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{escape(info['title'])}</title>\n<style>{_style()}</style>\n</head>\n<body>\n<main>\n",
            f"<h1>{escape(info['title'])}</h1>\n<p>{escape(info['description'])}</p>\n",
            '<p>For machines: <a href="openapi.json">openapi.json</a>.</p>\n',
            '<nav aria-label="Routes">\n<ul>\n',
            *(
                f'<li><a href="#{escape(each["operationId"])}"><code>{escape(path)}</code></a> '
                f"{escape(each['summary'])}</li>\n"
                for path, each in operations
            ),
            "</ul>\n</nav>\n",
            *(part for path, each in operations for part in _operation(path, each)),
            "<h2>Shapes</h2>\n",
            *(part for name, shape in document["components"]["schemas"].items() for part in _shape(name, shape)),
            "</main>\n</body>\n</html>\n",
        ]
    )


def _operation(path: str, operation: Json) -> Iterator[str]:
    yield f'<section id="{escape(operation["operationId"])}">\n<h2><code>GET {escape(path)}</code></h2>\n'
    yield f"<p>{escape(operation['summary'])}.</p>\n"
    if parameters := operation.get("parameters"):
        described = [
            (_code(each["name"]), escape(each["in"]), _kind(each["schema"]), escape(each.get("description", "")))
            for each in parameters
        ]
        yield from _table("Parameters", ("name", "in", "type", "meaning"), described)
    rows = [
        (_code(status), "<br>".join(_content(each.get("content", {}))), escape(each["description"]))
        for status, each in operation["responses"].items()
    ]
    yield from _table("Answers", ("status", "content", "meaning"), rows)
    yield "</section>\n"


def _content(content: Json) -> Iterator[str]:
    for media_type, each in content.items():
        yield f"{_code(media_type)} {_kind(each['schema'])}"


def _shape(name: str, shape: Json) -> Iterator[str]:
    yield f'<section id="{escape(name)}">\n<h3>{escape(name)}</h3>\n<p>{escape(shape.get("description", ""))}</p>\n'
    rows = [
        (_code(field), _kind(each), escape(each.get("description", "")))
        for field, each in shape.get("properties", {}).items()
    ]
    yield from _table("Fields", ("name", "type", "meaning"), rows)
    yield "</section>\n"


def _table(caption: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield a table; cells are HTML."""
    yield f"<table>\n<caption>{caption}</caption>\n<thead><tr>"
    yield from (f'<th scope="col">{each}</th>' for each in header)
    yield "</tr></thead>\n<tbody>\n"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n"
    yield "</tbody>\n</table>\n"


def _kind(schema: Json) -> str:
    """Say in HTML what a JSON Schema allows, in one line."""
    if reference := schema.get("$ref"):
        name = escape(reference.rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if choices := schema.get("anyOf"):
        return " or ".join(_kind(each) for each in choices)
    if "enum" in schema:
        said = " or ".join(_code(str(each)) for each in schema["enum"])
    elif "const" in schema:
        said = _code(str(schema["const"]))
    elif schema.get("type") == "array":
        said = f"list of {_kind(schema.get('items', {}))}"
    elif schema.get("type") == "object" and isinstance(values := schema.get("additionalProperties"), Mapping):
        said = f"object of {_kind(values)}"
    else:
        said = escape(schema.get("format") or schema.get("type", "any"))
    limits = [f"{sign} {schema[name]}" for name, sign in _LIMITS.items() if name in schema]
    default = f"; default {_code(str(schema['default']))}" if schema.get("default") is not None else ""
    return said + (f", {escape(', '.join(limits))}" if limits else "") + default


_LIMITS: Final = {"minimum": "at least", "maximum": "at most", "maxLength": "length at most"}


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")


def _policy(_answer: object) -> Mapping[str, str]:
    """Let a browser apply the page's one style, known by its hash, and load and send nothing."""
    digest = b64encode(sha256(_style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return {"Content-Security-Policy": f"{policy}; frame-ancestors 'none'", "Referrer-Policy": "no-referrer"}


PAGE: Final = Representation("text/html", page, _policy, "text/html; charset=utf-8")
