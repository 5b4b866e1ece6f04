"""RabbitMQ and others that speak AMQP 0-9-1: send messages, and start flows on them."""

from piecework.pieces.rabbitmq.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, LongText, Number, Piece, PieceCategory, SecretText, ShortText

AUTH = CustomAuth(
    fields={
        "host": ShortText("Host", "The server's host name or address.", required=True),
        "username": ShortText("Username", "One that may do only what your flows need is safest.", required=True),
        "password": SecretText("Password", "The user's password.", required=True),
        "port": Number("Port", "Usually 5672, with TLS 5671.", required=True),
        "vhost": ShortText("Virtual Host", "The name of the virtual host; when empty, the server's first one, `/`.", required=False),
        "tls": Checkbox("Use TLS", "Encrypt the connection and make sure that it is the right server.", required=False, default=False),
        "certificate": LongText("Certificate", "With TLS: the certificate (PEM) to trust instead of the system's.", required=False),
    },
    validate=try_connection,
)

piece = Piece(
    "rabbitmq",
    display_name="RabbitMQ",
    version="0.1.3",
    versions=">=0.0.1,<1.0.0",
    description="Send messages to queues and exchanges, and start flows on messages.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
