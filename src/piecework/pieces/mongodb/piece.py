"""MongoDB: documents of collections."""

from piecework.pieces.mongodb.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, LongText, Piece, PieceCategory, SecretText, ShortText

AUTH = CustomAuth(
    fields={
        "host": ShortText(
            "Host", "With its port, such as `db.example.com:27017`; several members of a set with commas between.", required=True
        ),
        "useAtlasUrl": Checkbox(
            "Use MongoDB Atlas URL Format",
            "The host names a cluster whose members its DNS record lists (`mongodb+srv`), with TLS.",
            required=True,
            default=False,
        ),
        "database": ShortText("Database", "For steps that name none.", required=False),
        "username": ShortText("Username", "One that may do only what your flows need is safest.", required=True),
        "password": SecretText("Password", "The user's password.", required=True),
        "authSource": ShortText("Auth Source", "The database that knows the user.", required=False, default="admin"),
        "tls": Checkbox("Use TLS", "Encrypt the connection and make sure that it is the right server.", required=False, default=False),
        "certificate": LongText("Certificate", "With TLS: the certificate (PEM) to trust instead of the system's.", required=False),
    },
    validate=try_connection,
)

piece = Piece(
    "mongodb",
    display_name="MongoDB",
    version="0.1.7",
    versions=">=0.1.6,<1.0.0",
    description="Find, add, change and delete documents.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
    tested_against="recordings",
)
