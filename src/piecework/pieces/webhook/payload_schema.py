"""Whether a call's body fits the JSON schema that the flow asks for (json-schema.org, draft 2020-12 unless it says another)."""

from functools import lru_cache
from typing import Any

import orjson

from piecework.sdk import InvalidInput, PayloadRejected, PropertyProblem

MOST_PROBLEMS = 20


def check_payload(schema: Any, body: Any) -> None:
    """Raises PayloadRejected with the fields that do not fit, and InvalidInput for what is no schema."""
    if isinstance(schema, str):
        try:
            schema = orjson.loads(schema)
        except ValueError as error:
            raise InvalidInput([PropertyProblem("payloadSchema", f"Not JSON: {error}")]) from None
    if not isinstance(schema, dict | bool):
        raise InvalidInput([PropertyProblem("payloadSchema", "A JSON schema is an object, true or false")])
    problems: list[PropertyProblem] = []
    for error in _validator(orjson.dumps(schema)).iter_errors(body):
        path = ".".join(["body", *(str(part) for part in error.instance_path)])
        problems.append(PropertyProblem(path, error.message))
        if len(problems) == MOST_PROBLEMS:
            break
    if problems:
        raise PayloadRejected(problems)


@lru_cache(maxsize=64)
def _validator(text: bytes) -> Any:
    """A compiled schema. It fetches nothing from elsewhere, and its patterns run in linear time, whoever has written them."""
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for(text.decode(), pattern_options=jsonschema_rs.RegexOptions(), retriever=_refuse)
    except (ValueError, TypeError) as error:
        raise InvalidInput([PropertyProblem("payloadSchema", f"Not a JSON schema: {error}")]) from None


def _refuse(uri: str) -> Any:
    raise ValueError(f"{uri} is not in this schema")
