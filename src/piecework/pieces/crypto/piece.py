"""Crypto: hashes, signatures, passwords, Base64 and OpenPGP."""

import base64
import binascii
import hashlib
import hmac
import secrets
import string
from typing import Annotated, Any

from piecework.sdk import ActionContext, File, LoadedFile, LongText, Number, Piece, PieceCategory, PieceError, ShortText, StaticDropdown

piece = Piece(
    "crypto",
    display_name="Crypto",
    version="0.0.20",
    description="Hash, sign and encrypt data; make passwords.",
    categories=[PieceCategory.CORE],
)

HASHES = {"md5": "md5", "sha256": "sha256", "sha512": "sha512", "sha3-512": "sha3_512"}
LETTERS_AND_DIGITS = string.ascii_letters + string.digits
SYMBOLS = "!@#$%^&*()_+~`|}{[]:;?><,./-="
MAX_PASSWORD_LENGTH = 256


def digest_named(method: str, choices: tuple[str, ...]) -> str:
    if method not in choices:
        raise PieceError(f"method: unknown method {method!r}")
    return HASHES[method]


@piece.action(name="hash-text", display_name="Text to Hash", pure=True)
def hash_text(
    method: Annotated[
        str,
        StaticDropdown(
            "Method", "The hash function.", options={"MD5": "md5", "SHA256": "sha256", "SHA512": "sha512", "SHA3-512": "sha3-512"}
        ),
    ],
    text: Annotated[str, ShortText("Text", "The text to hash.")],
) -> str:
    """Give the hash of a text in hexadecimal digits."""
    return hashlib.new(digest_named(method, tuple(HASHES)), text.encode(), usedforsecurity=False).hexdigest()


@piece.action(name="hmac-signature", display_name="Generate HMAC Signature", pure=True)
def hmac_signature(
    secretKey: Annotated[str, ShortText("Secret key", "The key to sign with.")],
    secretKeyEncoding: Annotated[
        str, StaticDropdown("Secret key encoding", "How the key is written.", options={"UTF-8": "utf-8", "Hex": "hex", "Base64": "base64"})
    ],
    method: Annotated[str, StaticDropdown("Method", "The hash function.", options={"MD5": "md5", "SHA256": "sha256", "SHA512": "sha512"})],
    text: Annotated[str, ShortText("Text", "The text to sign.")],
    outputEncoding: Annotated[
        str, StaticDropdown("Output Encoding", "How the signature is written.", options={"Hex": "hex", "Base64": "base64"})
    ] = "hex",
) -> str:
    """Sign a text with a secret key."""
    key = key_bytes(secretKey, secretKeyEncoding)
    signature = hmac.new(key, text.encode(), digest_named(method, ("md5", "sha256", "sha512"))).digest()
    return base64.b64encode(signature).decode() if outputEncoding == "base64" else signature.hex()


def key_bytes(key: str, encoding: str) -> bytes:
    """Raises PieceError for a key that is not written in its encoding."""
    try:
        match encoding:
            case "hex":
                return bytes.fromhex(key)
            case "base64":
                return base64.b64decode(key)
            case _:
                return key.encode()
    except (ValueError, binascii.Error):
        raise PieceError(f"secretKey: is not written in {encoding}") from None


@piece.action(name="generate-password", display_name="Generate Password", pure=True)
def generate_password(
    length: Annotated[float, Number("Password Length", "1 to 256 characters.")],
    characterSet: Annotated[
        str,
        StaticDropdown(
            "Character Set",
            "The characters to choose from.",
            options={"Alphanumeric": "alphanumeric", "Alphanumeric + Symbols": "alphanumeric-symbols"},
            required=True,
        ),
    ] = "alphanumeric",
) -> str:
    """Make a random password."""
    if length not in range(1, MAX_PASSWORD_LENGTH + 1):
        raise PieceError(f"length: must be 1 to {MAX_PASSWORD_LENGTH}")
    characters = LETTERS_AND_DIGITS + (SYMBOLS if characterSet == "alphanumeric-symbols" else "")
    return "".join(secrets.choice(characters) for _ in range(int(length)))


@piece.action(name="base64-decode", display_name="Base64 Decode", pure=True)
def base64_decode(text: Annotated[str, ShortText("Text", "The Base64 to decode.")]) -> str:
    """Decode Base64 to text."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=None).decode("utf-8", "replace")
    except (ValueError, binascii.Error) as error:
        raise PieceError(f"text: not Base64: {error}") from None


@piece.action(name="base64-encode", display_name="Base64 Encode", pure=True)
def base64_encode(text: Annotated[str, ShortText("Text", "The text to encode.")]) -> str:
    """Encode a text as Base64."""
    return base64.b64encode(text.encode()).decode()


@piece.action(name="openpgpEncrypt", display_name="OpenPGP Encrypt")
async def openpgp_encrypt(
    ctx: ActionContext,
    file: Annotated[LoadedFile, File("File", "The file to encrypt.")],
    publicKey: Annotated[str, LongText("Public Key", "The receiver's public key, ASCII-armored.")],
) -> dict[str, Any]:
    """Encrypt a file for the owner of an OpenPGP key. The output says whether it worked, and where the file is."""
    from pysequoia import Cert, encrypt

    try:
        encrypted = encrypt(recipients=[Cert.from_bytes(publicKey.encode())], bytes=file.data, armor=True)
    except Exception as error:  # the library raises plain exceptions
        return {"success": False, "error": str(error)}
    name = f"{file.filename}.pgp"
    return {"success": True, "filename": name, "file": await ctx.files.write(name, bytes(encrypted))}
