"""PostgreSQL: queries, and a trigger for new rows."""

from piecework.pieces.postgres.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, LongText, Piece, PieceCategory, SecretText, ShortText

AUTH = CustomAuth(
    fields={
        "host": ShortText("Host", "The server's host name or address.", required=True),
        "port": ShortText("Port", "Usually 5432.", required=True, default="5432"),
        "user": ShortText("User", "The user to log in as. One that may do only what your flows need is safest.", required=True),
        "password": SecretText("Password", "The user's password.", required=True),
        "database": ShortText("Database", "The name of the database.", required=True),
        "enable_ssl": Checkbox("Enable SSL", "Encrypt the connection.", required=True, default=True),
        "reject_unauthorized": Checkbox(
            "Verify server certificate",
            "Make sure that it is the right server. Fails for a server with a certificate of its own making, unless that is given below.",
            required=True,
            default=True,
        ),
        "certificate": LongText("Certificate", "The certificate (PEM) to trust instead of the system's.", required=False, default=""),
    },
    validate=try_connection,
)

piece = Piece(
    "postgres",
    display_name="Postgres",
    version="0.2.1",
    description="Query a PostgreSQL database, and start flows on new rows.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
