"""docs/reference/api.md, from the OpenAPI document that the server itself serves."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from reference.markdown import cell

OPENING = """\
# REST API

All paths below are under `/api/v1`. Bodies and answers are JSON; their shapes stand in the OpenAPI document, which a running server serves
at `/api/v1/openapi.json` and shows at `/api/v1/docs`. Callers identify themselves by `Authorization: Bearer <token>`, with the token that
signing in returned. A list is a page, `{"data": […], "next": …, "previous": …}`: pass `next` as `cursor` to get the following one.

An error of the domain is `{"code": …, "params": …}`, one of the request itself `{"statusCode": …, "error": …, "message": …}`; the message
names each field and what is wrong with it. In the tables, what must be given is **bold**."""

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def api_page(document: Mapping[str, Any]) -> str:
    """Every operation of an OpenAPI document, by tag in the order of the document."""
    by_tag: defaultdict[str, list[str]] = defaultdict(list)
    for path, method, operation in walk_operations(document):
        by_tag[(operation.get("tags") or ["other"])[0]].append(_row(document, path, method, operation))
    sections = (line for tag, rows in by_tag.items() for line in _section(tag, rows))
    return "\n".join([OPENING, *sections]) + "\n"


def walk_operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path, method in capitals and description of every operation; one that answers several methods alike comes once, as `ANY`."""
    for path, item in document["paths"].items():
        operations = {method: item[method] for method in METHODS if method in item}
        if len(operations) > 3 and len({str(operation.get("summary")) for operation in operations.values()}) == 1:
            yield path, "ANY", next(iter(operations.values()))
        else:
            yield from ((path, method.upper(), operation) for method, operation in operations.items())


def _section(tag: str, rows: list[str]) -> Iterator[str]:
    yield from ("", f"## {tag[:1].upper()}{tag[1:]}", "", "| | Path | Does | Query | Body |", "|---|---|---|---|---|", *rows)


def _row(document: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> str:
    meaning = cell((operation.get("description") or operation.get("summary") or "").split("\n\n")[0])
    parameters = [_resolved(document, parameter) for parameter in operation.get("parameters", ())]
    query = _names({item["name"]: item.get("required", False) for item in parameters if item["in"] == "query"})
    return f"| {method} | `{path.removeprefix('/api/v1')}` | {meaning} | {query} | {_body(document, operation)} |"


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> str:
    content: Mapping[str, Any] = operation.get("requestBody", {}).get("content", {})
    schema = next((_resolved(document, media.get("schema", {})) for media in content.values()), {})
    required = schema.get("required", ())
    return _names({name: name in required for name in schema.get("properties", ())}) or ("any" if content else "")


def _names(required_by_name: Mapping[str, bool]) -> str:
    return ", ".join(f"**`{name}`**" if required else f"`{name}`" for name, required in required_by_name.items())


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follows references within the document."""
    while "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema
