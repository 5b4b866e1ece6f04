"""Gmail: send, find and file mail."""

from piecework.sdk import OAuth2, Piece, PieceCategory, custom_api_call

API = "https://gmail.googleapis.com/gmail/v1/users/me"

piece = Piece(
    "gmail",
    display_name="Gmail",
    version="0.10.0",
    versions=">=0.8.0,<1.0.0",
    description="Send, find and label mail, and begin flows with new mail.",
    categories=[PieceCategory.COMMUNICATION],
    auth=OAuth2(
        "Google account",
        "It needs an OAuth client of the Google Cloud console with the Gmail API enabled.",
        authorize_url="https://accounts.google.com/o/oauth2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106 - an address
        scopes=[
            "https://www.googleapis.com/auth/gmail.send",
            "https://www.googleapis.com/auth/gmail.readonly",
            "https://www.googleapis.com/auth/gmail.compose",
            "https://www.googleapis.com/auth/gmail.modify",
            "email",
        ],
        extra={"access_type": "offline", "prompt": "consent"},
    ),
    tested_against="recordings",
)

custom_api_call(piece, lambda auth: API, lambda auth: auth.headers)
