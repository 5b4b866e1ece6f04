"""The fields of an issue, which each project and kind of issue has its own of."""

from typing import Any

from piecework.pieces.jira_cloud.client import Context, listed, people, segment
from piecework.sdk import Array, DateTime, LongText, Number, Option, PieceError, Property, ShortText, StaticDropdown, StaticMultiSelect

Metadata = dict[str, Any]
CHOSEN = frozenset({"version", "priority", "component", "option"})
"""Kinds of value that are one of ``allowedValues``, by id."""


async def metadata(ctx: Context, project: Any, issue_type: Any) -> list[Metadata]:
    """What the screen for a new issue of this kind shows."""
    found = await listed(ctx, f"/issue/createmeta/{segment(project)}/issuetypes/{segment(issue_type)}", "fields")
    return [field for field in found if field["key"] not in ("project", "issuetype")]


async def field_form(ctx: Context, fields: list[Metadata]) -> dict[str, Property]:
    """The form for these fields; one of a kind that is not known is left out."""
    accounts: list[Option] = []
    if any(_kind(field) == "user" for field in fields):
        accounts = await people(ctx, None)
    form: dict[str, Property] = {}
    for field in fields:
        prop = _property(field, accounts)
        if prop is not None:
            form[field["key"]] = prop
    return form


def _kind(field: Metadata) -> str:
    schema = field["schema"]
    return str(schema.get("items") if schema["type"] == "array" else schema["type"])


def _property(field: Metadata, accounts: list[Option]) -> Property | None:
    title, required, kind = field["name"], bool(field.get("required")), _kind(field)
    several = field["schema"]["type"] == "array"
    if kind in CHOSEN or kind == "user":
        allowed = [Option(str(value.get("name") or value.get("value")), value["id"]) for value in field.get("allowedValues") or ()]
        choices = accounts if kind == "user" else allowed
        return (StaticMultiSelect if several else StaticDropdown)(title, required=required, options=choices, disabled=False)
    match kind:
        case "string":
            return Array(title, required=required) if several else LongText(title, required=required)
        case "date" | "datetime":
            return DateTime(title, required=required)
        case "number":
            return Number(title, required=required)
        case "project" | "issuelink":
            return ShortText(title, "Its key.", required=required)
        case _:
            return None


def takes_document(field: Metadata) -> bool:
    """Whether a field's text is a document (developer.atlassian.com/cloud/jira/platform/apis/document/structure)."""
    return field["key"] in ("description", "environment") or "textarea" in str(field["schema"].get("custom"))


def document(text: str) -> dict[str, Any]:
    """A text as a document: a paragraph a line."""
    lines = [{"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")]
    return {"type": "doc", "version": 1, "content": lines}


def parsed_document(text: Any, where: str) -> Any:
    """A document that is given as JSON. Raises PieceError for what is none."""
    import orjson

    if isinstance(text, dict):
        return text
    try:
        return orjson.loads(str(text))
    except orjson.JSONDecodeError:
        raise PieceError(f"{where}: is not JSON in the Atlassian Document Format") from None


def values(fields: list[Metadata], given: dict[str, Any], as_documents: list[str]) -> dict[str, Any]:
    """What was filled in, as Jira takes it. Raises PieceError for what is not of its field's kind."""
    return {
        field["key"]: _value(field, given[field["key"]], field["key"] in as_documents)
        for field in fields
        if given.get(field["key"]) not in (None, "", [])
    }


def _value(field: Metadata, value: Any, is_document: bool) -> Any:
    kind = _kind(field)
    if field["schema"]["type"] == "array":
        items = value if isinstance(value, list) else [value]
        return (
            items
            if kind == "string"
            else [{"groupId" if kind == "group" else "accountId" if kind == "user" else "id": item} for item in items]
        )
    if kind in CHOSEN:
        return {"id": value}
    match kind:
        case "user":
            return {"accountId": value}
        case "project" | "issuelink":
            return {"key": value}
        case "date":
            return str(value)[:10]
        case "number":
            try:
                return float(value)
            except (TypeError, ValueError):
                raise PieceError(f"issueFields.{field['key']}: {value!r} is not a number") from None
        case "string" if takes_document(field):
            return parsed_document(value, f"issueFields.{field['key']}") if is_document else document(str(value))
        case _:
            return value
