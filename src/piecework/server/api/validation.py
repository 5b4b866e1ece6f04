"""Says what is wrong with a request in the wire's words: `body/email Invalid input: expected string, received undefined`.

The wire's server checks requests with zod behind Fastify (recordings: authentication.json, flow-runs.json); ours with pydantic.
This module turns pydantic's error list into that sentence. What was expected is read from the JSON schema of the request's model,
what came from the error.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.fields import FieldInfo

_CONTEXTS = {"body": "body", "query": "querystring", "path": "params", "header": "headers"}
_INVALID = "Invalid input"


def describe_errors(errors: Sequence[Mapping[str, Any]], route: APIRoute | None) -> str:
    """Returns one sentence for each error of a RequestValidationError, in the order of the fields, joined by commas."""
    sentences = (_describe(error, route) for error in errors)
    return ", ".join(dict.fromkeys(sentences))


def _describe(error: Mapping[str, Any], route: APIRoute | None) -> str:
    context, *location = error["loc"]
    schema = _request_schema(route, str(context), location)
    path, schema_here = _walk(schema, location)
    return f"{_CONTEXTS.get(str(context), context)}/{'/'.join(map(str, path))} {_sentence(error, schema_here)}"


def _sentence(error: Mapping[str, Any], schema: Mapping[str, Any] | None) -> str:
    bounds = error.get("ctx", {})
    match error["type"]:
        case "string_too_short":
            return f"Too small: expected string to have >={bounds['min_length']} characters"
        case "string_too_long":
            return f"Too big: expected string to have <={bounds['max_length']} characters"
        case "string_pattern_mismatch":
            return f"Invalid string: must match pattern /{bounds['pattern']}/"
        case "too_short":
            return f"Too small: expected array to have >={bounds['min_length']} items"
        case "too_long":
            return f"Too big: expected array to have <={bounds['max_length']} items"
        case "greater_than_equal" | "greater_than":
            return f"Too small: expected number to be {_sign('>', error)}{_number(next(iter(bounds.values())))}"
        case "less_than_equal" | "less_than":
            return f"Too big: expected number to be {_sign('<', error)}{_number(next(iter(bounds.values())))}"
        case "value_error" | "assertion_error":
            return str(bounds.get("error", _INVALID))
        case _:
            return _mismatch(error, schema)


def _mismatch(error: Mapping[str, Any], schema: Mapping[str, Any] | None) -> str:
    """A value of the wrong kind, or none where one is needed."""
    if schema is None:
        return _INVALID
    if options := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
        return "Invalid option: expected one of " + "|".join(f'"{option}"' for option in options)
    expected = schema.get("type")
    if expected == "integer":
        expected = "int" if isinstance(error.get("input"), float) else "number"
    if expected is None:
        return _INVALID
    return f"{_INVALID}: expected {expected}, received {_received(error, expected)}"


def _received(error: Mapping[str, Any], expected: str) -> str:
    value = error.get("input")
    if error["type"] == "missing":
        return "undefined"
    if error["loc"][0] == "query" and expected == "number":
        return "NaN"
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str() | bytes():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _sign(direction: str, error: Mapping[str, Any]) -> str:
    return direction + "=" * error["type"].endswith("equal")


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _request_schema(route: APIRoute | None, context: str, location: Sequence[Any]) -> Mapping[str, Any] | None:
    """The JSON schema of the whole body, query or path that an error is about, or None for a part that no model describes."""
    if route is None:
        return None
    if context == "body":
        return _schema_of(route.body_field.field_info.annotation) if route.body_field else None
    fields = {"query": route.dependant.query_params, "path": route.dependant.path_params}.get(context, [])
    for field in fields:
        if field.alias == (location[0] if location else None):
            return {"properties": {field.alias: _field_schema(field.field_info)}}
    return _schema_of(fields[0].field_info.annotation) if len(fields) == 1 else None


def _field_schema(field: FieldInfo) -> Mapping[str, Any]:
    return _schema_of(field.annotation)


@lru_cache(maxsize=512)
def _schema_of(annotation: Any) -> Mapping[str, Any]:
    return TypeAdapter(annotation).json_schema()


def _walk(root: Mapping[str, Any] | None, location: Sequence[Any]) -> tuple[list[Any], Mapping[str, Any] | None]:
    """Returns the path to the value at fault and its schema.

    The path ends where the schema offers alternatives: which one was meant is not known.
    """
    schema = _resolve(root, root)
    path: list[Any] = []
    for part in location:
        if schema is None or _is_choice(schema):
            break
        path.append(part)
        schema = _resolve(_child(schema, part), root)
    else:
        return path, None if schema is None or _is_choice(schema) else schema
    return path if schema else list(location), None


def _child(schema: Mapping[str, Any], part: Any) -> Mapping[str, Any] | None:
    if isinstance(part, int):
        return schema.get("items")
    further = schema.get("additionalProperties")
    return schema.get("properties", {}).get(part) or (further if isinstance(further, dict) else None)


def _is_choice(schema: Mapping[str, Any]) -> bool:
    return "oneOf" in schema or "anyOf" in schema


def _resolve(schema: Mapping[str, Any] | None, root: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Follows references and takes the one alternative that is not null."""
    while schema is not None:
        if "$ref" in schema:
            schema = (root or {}).get("$defs", {}).get(schema["$ref"].rpartition("/")[2])
            continue
        alternatives = list(_alternatives(schema))
        if len(alternatives) != 1:
            return schema
        schema = alternatives[0]
    return None


def _alternatives(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    return (option for option in schema.get("anyOf", ()) if option.get("type") != "null")
