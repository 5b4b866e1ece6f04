"""MQTT: publish messages, and start flows on them."""

from piecework.pieces.mqtt.connecting import try_connection
from piecework.sdk import Checkbox, CustomAuth, LongText, Number, Piece, PieceCategory, SecretText, ShortText, StaticDropdown

METHODS = {
    "Anonymous": "none",
    "Username / Password": "username_password",
    "Client Certificate (mTLS)": "client_certificate",
    "Client Certificate + Username / Password": "client_certificate_and_password",
    "Token (JWT / SAS)": "token",
    "MQTT 5 Enhanced Authentication": "enhanced",
}

AUTH = CustomAuth(
    fields={
        "protocol": StaticDropdown(
            "Protocol",
            "mqtts:// and wss:// are encrypted.",
            options={f"{name}://": name for name in ("mqtt", "mqtts", "ws", "wss")},
            disabled=False,
            required=True,
            default="mqtt",
        ),
        "host": ShortText("Host", "The broker's host name or address.", required=True),
        "port": Number("Port", "Usually 1883, with mqtts 8883, with ws 8083, with wss 8084.", required=True, default=1883),
        "path": ShortText("WebSocket Path", "With ws:// and wss://.", required=False, default="/mqtt"),
        "mqttVersion": StaticDropdown(
            "MQTT Version",
            "The newest that the broker speaks.",
            options={"5.0": "5", "3.1.1": "4", "3.1": "3"},
            disabled=False,
            required=True,
            default="5",
        ),
        "authMethod": StaticDropdown(
            "Authentication Method", "How to log in.", options=METHODS, disabled=False, required=True, default="username_password"
        ),
        "username": ShortText("Username", "With a password or token.", required=False),
        "password": SecretText("Password or Token", "The password, or the token.", required=False),
        "clientCertificate": LongText("Client Certificate (PEM)", "With the methods that show a certificate.", required=False),
        "clientKey": SecretText("Client Private Key (PEM)", "Of that certificate.", required=False),
        "clientKeyPassphrase": SecretText("Private Key Passphrase", "For a key that is locked.", required=False),
        "enhancedAuthMethod": ShortText("Authentication Method (MQTT 5)", "The name that the broker gives it.", required=False),
        "enhancedAuthData": SecretText("Authentication Data (MQTT 5)", "Sent with that name; methods of one step only.", required=False),
        "caCertificate": LongText("CA Certificate (PEM)", "To trust instead of the system's.", required=False),
        "rejectUnauthorized": Checkbox("Verify Server Certificate", "Make sure that it is the right broker.", required=True, default=True),
        "servername": ShortText("TLS Server Name (SNI)", "If the certificate has another name than the host.", required=False),
        "clientIdPrefix": ShortText(
            "Client ID Prefix", "How the ids of all connections begin, for brokers that ask for it.", required=False, default="piecework"
        ),
        "connectTimeoutSeconds": Number("Connect Timeout (seconds)", "How long connecting may take.", required=False, default=10),
        "keepAliveSeconds": Number("Keep Alive (seconds)", "After how much silence the broker is asked.", required=False, default=60),
    },
    validate=try_connection,
)

piece = Piece(
    "mqtt",
    display_name="MQTT",
    version="0.0.1",
    description="Publish messages on any MQTT broker, and start flows on them.",
    categories=[PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
