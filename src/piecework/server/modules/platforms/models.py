"""The table of platforms (spec/model.md §2)."""

from sqlalchemy import Boolean, Column, String, Table

from piecework.server.kernel.db import Id, Json, entity_columns, metadata

platform = Table(
    "platform",
    metadata,
    *entity_columns(),
    Column("ownerId", Id, nullable=False),
    Column("name", String, nullable=False),
    Column("primaryColor", String, nullable=False),
    Column("logoIconUrl", String, nullable=False),
    Column("fullLogoUrl", String, nullable=False),
    Column("favIconUrl", String, nullable=False),
    Column("filteredPieceNames", Json, nullable=False),
    Column("filteredPieceBehavior", String, nullable=False),
    Column("cloudAuthEnabled", Boolean, nullable=False),
    Column("emailAuthEnabled", Boolean, nullable=False),
    Column("enforceAllowedAuthDomains", Boolean, nullable=False),
    Column("allowedAuthDomains", Json, nullable=False),
    Column("pinnedPieces", Json, nullable=False),
)
