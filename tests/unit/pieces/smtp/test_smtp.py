"""Against a real SMTP server (aiosmtpd) that keeps what it gets."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from tests.unit.pieces.servers import free_port

from piecework.pieces.smtp import piece
from piecework.sdk import AuthCheck, CustomAuthValue, LoadedFile, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, MemoryFiles, ScriptedHttp, run_action

FILE = "https://files.test/1/a.csv"


class Mailbox:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name is aiosmtpd's
        self.envelopes.append(envelope)
        return "250 taken"

    def last(self) -> EmailMessage:
        return message_from_bytes(self.envelopes[-1].content, policy=policy.default)  # type: ignore[return-value, arg-type]


def login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
    return AuthResult(success=data == LoginPassword(b"ada@example.com", b"s3cret"), handled=False)


pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    server = Controller(mailbox, "127.0.0.1", free_port(), authenticator=login, auth_required=True, auth_require_tls=False)
    server.start()
    yield server.port
    server.stop()


def auth(port: int, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({"host": "127.0.0.1", "port": port, "email": "ada@example.com", "password": "s3cret", "TLS": False} | changes)


async def send(port: int, **given: Any) -> Any:
    files = MemoryFiles({FILE: LoadedFile("a.csv", b"x,y\n", "csv")})
    form = {"from": "ada@example.com", "to": ["bob@example.com"], "subject": "Hi", "body": "Hello", "body_type": "plain_text"} | given
    return await run_action(piece, "send-email", form, FakeContext(auth=auth(port), files=files))


async def test_a_letter_arrives_whole(mailbox: Mailbox, port: int) -> None:
    output = await send(
        port, senderName="Ada, Ünsal", cc=["Cem <cem@example.com>"], bcc=["dan@example.com"], replyTo="office@example.com", subject="Grüße",
        body="<b>Hällo</b>", body_type="html", customHeaders={"X-Order": "7"}, attachments=[{"file": FILE, "name": "orders.csv"}],
    )  # fmt: skip
    assert output["accepted"] == ["bob@example.com", "cem@example.com", "dan@example.com"]
    letter = mailbox.last()
    assert letter["Message-ID"] == output["messageId"]
    assert (letter["Subject"], letter["X-Order"], letter["Reply-To"]) == ("Grüße", "7", "office@example.com")
    assert letter["From"].addresses[0].display_name == "Ada, Ünsal"
    assert letter["Bcc"] is None
    body, attachment = letter.get_body(), next(letter.iter_attachments())
    assert body is not None
    assert (body.get_content_type(), body.get_content()) == ("text/html", "<b>Hällo</b>\r\n")
    assert (attachment.get_filename(), attachment.get_content_type()) == ("orders.csv", "text/csv")
    assert attachment.get_payload(decode=True) == b"x,y\n"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"to": ["not an address"]}, "to: "),
        ({"subject": "Hi\r\nBcc: eve@example.com"}, "subject: must be one line"),
        ({"senderName": "A\nB"}, "senderName: must be one line"),
        ({"customHeaders": {"Bcc": "eve@example.com"}}, "customHeaders.Bcc"),
        ({"customHeaders": {"X": "a\nb"}}, "customHeaders.X"),
    ],
)
async def test_no_header_is_smuggled_in(mailbox: Mailbox, port: int, given: dict[str, Any], message: str) -> None:
    with pytest.raises(PieceError, match=message):
        await send(port, **given)
    assert mailbox.envelopes == []


async def test_refused_recipients_are_named(mailbox: Mailbox, port: int) -> None:
    assert (await send(port, to=["bob@example.com", "nobody@example.com"]))["rejected"] == ["nobody@example.com"]
    with pytest.raises(PieceError, match=r"nobody@example\.com: 550"):
        await send(port, to=["nobody@example.com"])


async def test_connections_are_tried(port: int) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(port, **changes), ScriptedHttp(), TEST_SERVER))

    assert await tried() is None
    assert "535" in (await tried(password="wrong") or "")
    assert "cannot be used" in (await tried(TLS=True) or "")  # this server has no TLS, so nothing may be sent
    assert "cannot be used" in (await tried(host="nowhere.invalid") or "")
