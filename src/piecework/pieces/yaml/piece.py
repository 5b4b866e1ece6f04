"""YAML: between YAML and JSON."""

from typing import Annotated, Any

from piecework.sdk import Checkbox, Json, LongText, Piece, PieceCategory, PieceError, database_value

piece = Piece(
    "@piecework/piece-yaml",
    display_name="YAML",
    version="0.1.0",
    description="Convert between YAML and JSON.",
    categories=[PieceCategory.CORE],
)


@piece.action(name="yaml_to_json", display_name="Convert YAML to JSON", pure=True)
def yaml_to_json(
    yaml: Annotated[str, LongText("YAML", "The document, or several separated by `---`.")],
    several: Annotated[bool, Checkbox("Several documents", "Give a list with all documents.", required=False)] = False,
) -> Any:
    """Read YAML. Tags that stand for objects of a programming language are refused, and so are aliases, which can make a small text huge."""
    import yaml as library

    try:
        aliases = any(isinstance(event, library.AliasEvent) for event in library.parse(yaml, library.SafeLoader))
        if aliases:
            raise PieceError("yaml: has aliases (*name), which are not taken")
        documents = [database_value(document) for document in library.safe_load_all(yaml)]
    except (library.YAMLError, ValueError) as error:
        raise PieceError(f"yaml: not YAML: {error}") from None
    except RecursionError:
        raise PieceError("yaml: is nested too deeply") from None
    if several:
        return documents
    if len(documents) > 1:
        raise PieceError(f"yaml: has {len(documents)} documents; choose several documents")
    return documents[0] if documents else None


@piece.action(name="json_to_yaml", display_name="Convert JSON to YAML", pure=True)
def json_to_yaml(json: Annotated[Any, Json("JSON", "Any value.", default={"name": "Ada", "tags": ["a", "b"]})]) -> str:
    """Write a value as YAML."""
    import yaml as library

    try:
        return library.safe_dump(json, allow_unicode=True, sort_keys=False, default_flow_style=False)
    except RecursionError:
        raise PieceError("json: is nested too deeply") from None
