"""Against a real Dovecot."""

import imaplib
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from piecework.pieces.imap import piece
from piecework.pieces.imap.connecting import _name, quoted
from piecework.sdk import AuthCheck, CustomAuthValue, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, FakeTriggerContext, ScriptedHttp, run_action, run_trigger

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def auth(port: int, user: str, **changes: Any) -> CustomAuthValue:
    return CustomAuthValue({"host": "127.0.0.1", "port": port, "username": user, "password": "s3cret", "tls": False} | changes)


def deliver(port: int, user: str, subject: str, at: datetime) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Ünsal <u@example.com>", "a@example.com, B <b@example.com>"
    message["Message-ID"] = f"<{len(subject)}@example.com>"
    message.set_content("Hällo\n")
    message.add_alternative("<p>Hällo</p>", subtype="html")
    message.add_attachment(b"1,2\n", maintype="text", subtype="csv", filename="a.csv")
    with imaplib.IMAP4("127.0.0.1", port) as client:
        client.login(user, "s3cret")
        assert client.append("INBOX", "", imaplib.Time2Internaldate(at), message.as_bytes())[0] == "OK"


async def test_new_letters_start_the_flow_once(dovecot_port: int) -> None:
    ctx = FakeTriggerContext(now=NOW)
    ctx.auth = auth(dovecot_port, "ada")
    given, trigger = {"mailbox": "INBOX"}, piece.triggers["new_email"]
    deliver(dovecot_port, "ada", "old", NOW - timedelta(hours=1))
    await trigger.on_enable(ctx, trigger.process(given, {}))
    assert await run_trigger(piece, "new_email", given, ctx) == []
    deliver(dovecot_port, "ada", "Grüße", NOW - timedelta(minutes=1))
    deliver(dovecot_port, "ada", "later", NOW - timedelta(seconds=1))  # others of its second may still come
    (found,) = await run_trigger(piece, "new_email", given, ctx)
    data = found["data"]
    assert (data["subject"], data["messageId"], data["uid"]) == ("Grüße", "<5@example.com>", 2)
    assert (data["text"].strip(), data["html"].strip()) == ("Hällo", "<p>Hällo</p>")
    assert data["from"]["value"] == [{"address": "u@example.com", "name": "Ünsal"}]
    assert [one["address"] for one in data["to"]["value"]] == ["a@example.com", "b@example.com"]
    assert found["epochMilliSeconds"] == (NOW - timedelta(minutes=1)).timestamp() * 1000
    assert (await ctx.files.read(found["attachments"][0])).data == b"1,2\n"
    assert await run_trigger(piece, "new_email", given, ctx) == []
    ctx.now = lambda: NOW + timedelta(minutes=1)
    assert [item["data"]["subject"] for item in await run_trigger(piece, "new_email", given, ctx)] == ["later"]


async def test_letters_are_marked_copied_moved_and_deleted(dovecot_port: int) -> None:
    deliver(dovecot_port, "bob", "one", NOW)
    deliver(dovecot_port, "bob", "two", NOW)

    async def run(action: str, **given: Any) -> Any:
        return await run_action(piece, action, given, FakeContext(auth=auth(dovecot_port, "bob")))

    def state() -> dict[str, Any]:
        with imaplib.IMAP4("127.0.0.1", dovecot_port) as client:
            client.login("bob", "s3cret")
            found: dict[str, Any] = {}
            for mailbox in ("INBOX", "Archive"):
                client.select(mailbox, readonly=True)
                found[mailbox] = client.uid("SEARCH", "ALL")[1][0].decode()
                found[f"{mailbox} read"] = client.uid("SEARCH", "SEEN")[1][0].decode()
            return found

    await run("mark_email_read", mailbox="INBOX", uid=1)
    assert state()["INBOX read"] == "1"
    await run("mark_email_read", mailbox="INBOX", uid=1, markAsRead=False)
    assert state()["INBOX read"] == ""
    await run("copy_email", sourceMailbox="INBOX", uid=1, targetMailbox="Archive")
    assert await run("move_email", sourceMailbox="INBOX", uid=2, targetMailbox="Archive") == {
        "success": True,
        "uid": 2,
        "targetMailbox": "Archive",
    }
    assert (state()["INBOX"], state()["Archive"]) == ("1", "1 2")
    await run("delete_email", mailbox="Archive", uid=1)
    assert state()["Archive"] == "2"
    with pytest.raises(PieceError, match="uid: there is no e-mail 9"):
        await run("delete_email", mailbox="INBOX", uid=9)
    with pytest.raises(PieceError, match="cannot be opened"):
        await run("delete_email", mailbox="Nowhere", uid=1)


async def test_connections_are_tried_and_mailboxes_offered(dovecot_port: int) -> None:
    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(dovecot_port, "cem", **changes), ScriptedHttp(), TEST_SERVER))

    assert await tried() is None
    assert "refuses" in (await tried(password="wr0ng") or "")
    assert "cannot be used" in (await tried(tls=True) or "")
    state = (await piece.options("delete_email", "mailbox", FakeContext(auth=auth(dovecot_port, "cem")), {"auth": "x"}))["options"]
    assert {option["value"] for option in state["options"]} == {"INBOX", "Archive"}


@pytest.mark.parametrize(
    ("name", "written"), [("INBOX", '"INBOX"'), ("Entwürfe", '"Entw&APw-rfe"'), ('a&"b', '"a&-\\"b"'), ("台北", '"&U,BTFw-"')]
)
def test_names_of_mailboxes(name: str, written: str) -> None:
    assert quoted(name) == written
    assert _name(written) == name
