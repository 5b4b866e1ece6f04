"""Google Sheets: rows of spreadsheets."""

from piecework.sdk import OAuth2, Piece, PieceCategory, custom_api_call

API = "https://sheets.googleapis.com/v4/spreadsheets"
DRIVE = "https://www.googleapis.com/drive/v3/files"

piece = Piece(
    "google-sheets",
    display_name="Google Sheets",
    version="0.14.0",
    versions=">=0.12.0,<1.0.0",
    description="Read, add, change and delete rows of spreadsheets, and begin flows with new rows.",
    categories=[PieceCategory.PRODUCTIVITY],
    auth=OAuth2(
        "Google account",
        "It needs an OAuth client of the Google Cloud console with the Sheets and the Drive API enabled.",
        authorize_url="https://accounts.google.com/o/oauth2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        scopes=[
            "https://www.googleapis.com/auth/spreadsheets",
            "https://www.googleapis.com/auth/drive.readonly",
            "https://www.googleapis.com/auth/drive",
        ],
        extra={"access_type": "offline", "prompt": "consent"},
    ),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, lambda auth: auth.headers)
