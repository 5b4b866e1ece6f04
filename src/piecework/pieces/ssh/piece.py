"""SSH: run commands on another machine."""

from piecework.pieces.ssh.connecting import try_connection
from piecework.sdk import CustomAuth, LongText, Number, Piece, PieceCategory, SecretText, ShortText, StaticDropdown

AUTH = CustomAuth(
    fields={
        "host": ShortText("Host", "The machine's host name or address.", required=True),
        "port": Number("Port", "Usually 22.", required=True, default=22),
        "method": StaticDropdown("Method", "How to log in.", options={"Password": "password", "Private Key": "private-key"}, required=True),
        "username": ShortText("Username", "One that may do only what your flows need is safest.", required=True),
        "password": SecretText("Password/Private Key", "The password, or the private key in OpenSSH's or PEM format.", required=True),
        "hostKey": LongText(
            "Host Key",
            "The machine's public key, such as `ssh-ed25519 AAAA…` (`ssh-keyscan` shows it). With it nobody else can pose as the machine; "
            "when empty, any key is taken.",
            required=False,
        ),
    },
    validate=try_connection,
)

piece = Piece(
    "ssh",
    display_name="SSH",
    version="0.0.2",
    description="Run commands on another machine.",
    categories=[PieceCategory.CORE, PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
