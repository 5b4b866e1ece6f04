"""SMTP: send e-mail through a mail server."""

from piecework.pieces.smtp.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, Number, Piece, PieceCategory, SecretText, ShortText

AUTH = CustomAuth(
    fields={
        "host": ShortText("Host", "The mail server's host name.", required=True),
        "email": ShortText(
            "Email", "The user to log in as, often the e-mail address. Empty for a server that asks for none.", required=False
        ),
        "password": SecretText("Password", "The user's password; some providers want an app password.", required=False),
        "port": Number("Port", "Usually 587, or 465 for a connection that is encrypted from the start.", required=True),
        "TLS": Checkbox("Require TLS?", "Send nothing over a connection that cannot be encrypted.", required=True, default=False),
    },
    validate=try_connection,
)

piece = Piece(
    "smtp",
    display_name="SMTP",
    version="0.3.7",
    description="Send e-mail through a mail server.",
    categories=[PieceCategory.COMMUNICATION],
    auth=AUTH,
)
