"""Data Mapper: the input, once its templates are resolved, is the output."""

from typing import Annotated, Any

from piecework.sdk import HIDDEN, Json, Piece, PieceCategory

piece = Piece(
    "data-mapper",
    display_name="Data Mapper",
    version="0.3.15",
    description="Build a new object from the data of earlier steps.",
    categories=[PieceCategory.CORE],
)


@piece.action(name="advanced_mapping", display_name="Advanced Mapping", pure=True, error_handling=HIDDEN)
def advanced_mapping(
    mapping: Annotated[
        Any, Json("Mapping", "The object to build; values may come from earlier steps.", default={"newProperty": "oldProperty"})
    ],
) -> Any:
    """Give data a new shape."""
    return mapping
