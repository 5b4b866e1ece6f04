"""MySQL and MariaDB: queries and the usual changes of rows."""

from piecework.pieces.mysql.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, Number, Piece, PieceCategory, SecretText, ShortText

AUTH = CustomAuth(
    fields={
        "host": ShortText("Host", "The server's host name or address.", required=True),
        "port": Number("Port", "Usually 3306.", required=True, default=3306),
        "user": ShortText("Username", "The user to log in as. One that may do only what your flows need is safest.", required=True),
        "password": SecretText("Password", "The user's password.", required=True),
        "database": ShortText("Database", "The name of the database.", required=True),
        "tls": Checkbox("Use TLS", "Encrypt the connection and make sure that it is the right server.", required=False, default=False),
    },
    validate=try_connection,
)

piece = Piece(
    "mysql",
    display_name="MySQL",
    version="0.2.7",
    description="Query a MySQL or MariaDB database and change its rows.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
