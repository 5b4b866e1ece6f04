"""FTP and SFTP: files on another machine."""

from piecework.pieces.sftp.connecting import try_connection
from piecework.sdk import (
    Checkbox,
    CustomAuth,
    LongText,
    Number,
    Piece,
    PieceCategory,
    SecretText,
    ShortText,
    StaticDropdown,
    StaticMultiSelect,
)

ALGORITHMS = [
    "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512",
]  # fmt: skip

AUTH = CustomAuth(
    fields={
        "protocol": StaticDropdown(
            "Protocol",
            "SFTP goes over SSH and is safe, so is FTPS; FTP sends everything in the clear. Empty: SFTP.",
            options={"SFTP": "sftp", "FTP": "ftp", "FTPS": "ftps"},
            required=False,
        ),
        "allow_unauthorized_certificates": Checkbox(
            "Allow Unauthorized Certificates",
            "FTPS: take any certificate, so that anyone could pose as the server.",
            required=False,
            default=False,
        ),
        "allow_anonymous_login": Checkbox("Allow Anonymous Login", "FTP and FTPS only.", required=False, default=False),
        "host": ShortText("Host", "The machine's host name or address.", required=True),
        "port": Number("Port", "Usually 22 for SFTP and 21 for FTP and FTPS.", required=True, default=22),
        "username": ShortText("Username", "One that may do only what your flows need is safest.", required=True),
        "password": SecretText("Password", "The password; with a private key, the passphrase that opens the key.", required=False),
        "privateKey": SecretText("Private Key", "SFTP: a key in OpenSSH's or PEM format instead of a password.", required=False),
        "algorithm": StaticMultiSelect(
            "Host Key Algorithm",
            "SFTP: which kinds of key the machine may show, for old machines. Empty: all that are safe.",
            options={name: name for name in ALGORITHMS},
            required=False,
        ),
        "hostKey": LongText(
            "Host Key",
            "SFTP: the machine's public key, such as `ssh-ed25519 AAAA…` (`ssh-keyscan` shows it). With it nobody else can pose as the "
            "machine; when empty, any key is taken.",
            required=False,
        ),
    },
    validate=try_connection,
)

piece = Piece(
    "sftp",
    display_name="FTP/SFTP",
    version="0.4.0",
    versions=">=0.2.0,<1.0.0",
    description="Read, write and watch files on another machine, by SFTP, FTP or FTPS.",
    categories=[PieceCategory.CORE, PieceCategory.DEVELOPER_TOOLS],
    auth=AUTH,
)
