"""IMAP: new e-mail, and what is done with it in the mailbox."""

from piecework.pieces.imap.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, Number, Piece, PieceCategory, SecretText, ShortText

AUTH = CustomAuth(
    fields={
        "host": ShortText("Host", "The mail server's host name.", required=True),
        "username": ShortText("Username", "Often the e-mail address.", required=True),
        "password": SecretText("Password", "Many providers want an app password instead of your own.", required=True),
        "port": Number("Port", "Usually 993 with TLS, 143 without.", required=True, default=143),
        "tls": Checkbox("Use TLS", "Encrypt the connection. Without it the password travels in the clear.", required=True, default=False),
        "validateCertificates": Checkbox(
            "Validate TLS Certificates", "Make sure that it is the right server.", required=False, default=True
        ),
    },
    validate=try_connection,
)

piece = Piece(
    "imap",
    display_name="IMAP",
    version="0.3.0",
    description="Start flows on new e-mail, and mark, move, copy or delete it.",
    categories=[PieceCategory.COMMUNICATION],
    auth=AUTH,
)
