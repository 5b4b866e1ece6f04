"""Redis and Valkey: values, lists, messages, and commands of the author's own."""

from piecework.pieces.redis.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, Number, Piece, PieceCategory, SecretText, ShortText

AUTH = CustomAuth(
    fields={
        "host": ShortText("Host", "The server's host name or address.", required=True),
        "port": Number("Port", "Usually 6379.", required=True, default=6379),
        "username": ShortText("Username", "Empty for the default user.", required=False),
        "password": SecretText("Password", "Empty for a server that asks for none.", required=False),
        "database": Number("Database", "The number of the database.", required=False, default=0),
        "tls": Checkbox("Use TLS", "Encrypt the connection and make sure that it is the right server.", required=False, default=False),
    },
    validate=try_connection,
)

piece = Piece(
    "@piecework/piece-redis",
    display_name="Redis",
    version="0.1.0",
    description="Keep values and lists in Redis or Valkey, and publish messages.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
