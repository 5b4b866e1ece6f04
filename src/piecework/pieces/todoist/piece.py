"""Todoist: tasks."""

from piecework.sdk import OAuth2, Piece, PieceCategory, custom_api_call

API = "https://api.todoist.com/api/v1"

piece = Piece(
    "todoist",
    display_name="Todoist",
    version="0.5.0",
    versions=">=0.3.0,<1.0.0",
    description="Create, find, change and complete tasks, and begin flows with completed ones.",
    categories=[PieceCategory.PRODUCTIVITY],
    auth=OAuth2(
        "Todoist account",
        "It needs an app of https://developer.todoist.com/appconsole.html.",
        authorize_url="https://todoist.com/oauth/authorize",
        token_url="https://todoist.com/oauth/access_token",  # noqa: S106 - an address
        scopes=["data:read_write"],
    ),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, lambda auth: auth.headers)
