"""A session with the mail server (RFC 9051). The client blocks, so each session is worked off in a thread."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from piecework.sdk import AuthCheck, CustomAuthValue, Network, PieceError

if TYPE_CHECKING:
    import imaplib

TIMEOUT = 60.0
T = TypeVar("T")
_LISTED = re.compile(rb'\((?P<flags>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)')


async def in_session(network: Network, auth: CustomAuthValue, work: Callable[[imaplib.IMAP4], T]) -> T:
    """Log in and do the work in a thread. Raises PieceError for all that the server or the way to it refuses."""
    host, port = str(auth["host"]), int(auth["port"])
    address = await network.address(host, port)
    context = network.tls(host, verify=bool(auth.get("validateCertificates", True))) if auth.get("tls") else None
    return await asyncio.to_thread(_session, address, port, context, auth, work)


def _session(address: str, port: int, context: Any, auth: CustomAuthValue, work: Callable[[imaplib.IMAP4], T]) -> T:
    import imaplib

    try:
        client = (
            imaplib.IMAP4_SSL(address, port, ssl_context=context, timeout=TIMEOUT)
            if context
            else imaplib.IMAP4(address, port, timeout=TIMEOUT)
        )
        try:
            client.login(str(auth["username"]), str(auth["password"]))
            return work(client)
        finally:
            client.logout()
    except imaplib.IMAP4.error as error:
        raise PieceError(f"The mail server refuses: {_words(error)}") from None
    except OSError as error:
        raise PieceError(f"The mail server cannot be used: {error or 'no answer in time'}") from None


def _words(error: Exception) -> str:
    first = error.args[0] if error.args else ""
    return first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first)


def done(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    """The data of an answer. Raises PieceError that says what did not work."""
    status, data = answer
    if status != "OK":
        reason = data[0].decode("utf-8", "replace") if data and isinstance(data[0], bytes) else status
        raise PieceError(f"{what}: {reason}")
    return data


def select(client: imaplib.IMAP4, mailbox: str, *, readonly: bool = False) -> None:
    """Open a mailbox."""
    done(client.select(quoted(mailbox), readonly), f"The mailbox {mailbox} cannot be opened")


def quoted(mailbox: str) -> str:
    """A mailbox's name in modified UTF-7 (RFC 3501 §5.1.3), quoted."""
    if "\r" in mailbox or "\n" in mailbox:
        raise PieceError("mailbox: must be one line")
    pieces: list[str] = []
    for plain, other in re.findall(r"([\x20-\x7e]+)|([^\x20-\x7e]+)", mailbox):
        encoded = other.encode("utf-7").decode("ascii").strip("+-").replace("/", ",") if other else ""
        pieces.append(plain.replace("&", "&-") if plain else f"&{encoded}-")
    escaped = "".join(pieces).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def mailboxes(client: imaplib.IMAP4) -> list[str]:
    """The names of the mailboxes that can be opened."""
    names: list[str] = []
    for line in done(client.list(), "The mailboxes cannot be listed"):
        found = _LISTED.fullmatch(line) if isinstance(line, bytes) else None
        if found and rb"\noselect" not in found["flags"].lower():
            names.append(_name(found["name"].decode("ascii", "replace")))
    return names


def _name(written: str) -> str:
    if written.startswith('"'):
        written = written[1:-1].replace('\\"', '"').replace("\\\\", "\\")

    def decoded(match: re.Match[str]) -> str:
        inner = match[1].replace(",", "/")
        return f"+{inner}-".encode("ascii").decode("utf-7", "replace") if inner else "&"

    return re.sub(r"&([^-]*)-", decoded, written)


async def try_connection(check: AuthCheck) -> None:
    """Log in and do nothing."""
    await in_session(check.network, check.auth, lambda client: client.noop())
