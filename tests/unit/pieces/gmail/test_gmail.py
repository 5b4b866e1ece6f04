"""Gmail, against exchanges written from its API reference (developers.google.com/gmail/api/reference/rest)."""

import asyncio
import base64
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from tests.unit.pieces import recorded
from tests.unit.pieces.recorded import Enabled, Exchange, choose, exchange

from piecework.pieces.gmail import piece
from piecework.sdk import LoadedFile, OAuth2Token, PieceError
from piecework.sdk.testing import FakeContext, MemoryFiles, Reply, ScriptedHttp, run_action

API = "https://gmail.googleapis.com/gmail/v1/users/me"
AUTH = OAuth2Token("key")


def act(action: str, given: dict[str, Any], *exchanges: Exchange, files: Any = None) -> Any:
    return recorded.act(piece, action, given, *exchanges, auth=AUTH, files=files)


def send(given: dict[str, Any], *replies: Any, files: Any = None) -> tuple[Any, str, EmailMessage]:
    """The body of the call that sent a mail, its address, and the mail."""
    http = ScriptedHttp(*(Reply(200, reply) for reply in (*replies, {"id": "m1"})))
    context = FakeContext(http=http, auth=AUTH, files=files or MemoryFiles())
    basic = {"receiver": ["ada@example.com", ""], "subject": "Größe", "body_type": "plain_text", "body": "Hi"}
    assert asyncio.run(run_action(piece, "send_email", {**basic, **given}, context)) == {"data": {"id": "m1"}}
    body = http.calls[-1].options["json"]
    raw = base64.urlsafe_b64decode((body.get("message") or body)["raw"])
    return body, http.calls[-1].url, message_from_bytes(raw, policy=policy.default)


def test_sending() -> None:
    files = MemoryFiles({"https://files.test/a.pdf": LoadedFile("a.pdf", b"%PDF", "pdf")})
    attachments = [{"file": "https://files.test/a.pdf", "name": "b.pdf"}]
    given = {"body_type": "html", "cc": ["bo@example.com"], "from": "me@example.com", "sender_name": "Me", "attachments": attachments}
    _, url, mail = send(given, files=files)
    assert url == f"{API}/messages/send"
    assert (mail["To"], mail["Cc"], mail["From"], mail["Subject"]) == ("ada@example.com", "bo@example.com", "Me <me@example.com>", "Größe")
    html = mail.get_body(("html",))
    assert html is not None
    assert html.get_content() == "Hi\n"
    assert [(part.get_filename(), part.get_content_type(), part.get_content()) for part in mail.iter_attachments()] == [
        ("b.pdf", "application/pdf", b"%PDF")
    ]


def test_a_draft_of_an_answer() -> None:
    body, url, mail = send({"draft": True, "in_reply_to": "<1@x>"}, {"messages": [{"id": "m0", "threadId": "t0"}]})
    assert (url, body["message"]["threadId"]) == (f"{API}/drafts", "t0")
    assert mail["In-Reply-To"] == mail["References"] == "<1@x>"


def test_the_name_of_the_sender() -> None:
    assert send({"sender_name": "Me"}, {"emailAddress": "me@example.com"})[2]["From"] == "Me <me@example.com>"
    with pytest.raises(PieceError, match="no receiver"):
        send({"receiver": [""]})


def raw(number: int, at: int = 1000) -> Exchange:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@example.com>", "me@example.com", f"Mail {number}"
    mail["Date"], mail["Message-ID"] = "Thu, 15 Jan 2026 12:00:00 +0000", f"<{number}@x>"
    mail.set_content("Hi")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    encoded = base64.urlsafe_b64encode(mail.as_bytes()).decode().rstrip("=")
    answer = {"id": f"m{number}", "threadId": "t1", "labelIds": ["INBOX"], "internalDate": str(at), "raw": encoded}
    return exchange("GET", f"{API}/messages/m{number}", answer, params={"format": "raw"})


def test_reading() -> None:
    files = MemoryFiles()
    mail = act("gmail_get_mail", {"message_id": "m1"}, raw(1), files=files)
    assert (mail["subject"], mail["text"], mail["html"], mail["date"]) == ("Mail 1", "Hi\n", None, "2026-01-15T12:00:00+00:00")
    assert mail["from"]["value"] == [{"address": "ada@example.com", "name": "Ada"}]
    assert mail["cc"] is None
    assert mail["attachments"] == [{"fileName": "a.pdf", "mimeType": "application/pdf", "size": 4, "data": "https://files.test/1/a.pdf"}]
    assert files.known["https://files.test/1/a.pdf"].data == b"%PDF"


def test_finding() -> None:
    params = {
        "q": 'from:(ada) subject:(hello) label:"Work" "big news" has:attachment category:primary', "maxResults": 10,
        "includeSpamTrash": "false",
    }  # fmt: skip
    given = {
        "from": "ada", "subject": "hello", "content": "big news", "has_attachment": True, "label": {"id": "L1", "name": "Work"},
        "category": "primary",
    }  # fmt: skip
    found = act("gmail_search_mail", given, exchange("GET", f"{API}/messages", {"messages": [{"id": "m1"}]}, params=params), raw(1))
    assert (found["found"], found["results"]["count"]) == (True, 1)
    none = act("gmail_search_mail", given, exchange("GET", f"{API}/messages", {"resultSizeEstimate": 0}, params=params))
    assert none == {"found": False, "results": {"messages": [], "count": 0}}
    with pytest.raises(PieceError, match="at least one"):
        act("gmail_search_mail", {})


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("gmail_add_label_to_email", {"addLabelIds": ["L1"]}),
        ("gmail_remove_label_from_email", {"removeLabelIds": ["L1"]}),
        ("gmail_archive_email", {"removeLabelIds": ["INBOX"]}),
    ],
)
def test_filing(action: str, body: dict[str, Any]) -> None:
    given = {"message_id": "m1", "label": {"id": "L1", "name": "Work"}}
    assert act(action, given, exchange("POST", f"{API}/messages/m1/modify", {"id": "m1"}, json=body)) == {"id": "m1"}


def test_choices() -> None:
    asked = exchange("GET", f"{API}/labels", {"labels": [{"id": "L1", "name": "Work"}]})
    offered = choose(piece, "gmail_search_mail", "label", asked, auth=AUTH)["options"]
    assert offered == [{"label": "Work", "value": {"id": "L1", "name": "Work"}}]


def test_new_mail() -> None:
    trigger = Enabled(piece, "gmail_new_email_received", {"from": "ada"}, AUTH)
    trigger.enable(exchange("GET", f"{API}/messages", {"messages": [{"id": "m1"}]}, params={"q": "from:(ada)", "maxResults": 5}), raw(1))
    params = {"q": "from:(ada) after:1", "maxResults": 100}
    pages = (
        exchange("GET", f"{API}/messages", {"messages": [{"id": "m3"}], "nextPageToken": "p"}, params=params),
        exchange("GET", f"{API}/messages", {"messages": [{"id": "m2"}, {"id": "m1"}]}, params=params | {"pageToken": "p"}),
    )
    found = trigger.poll(*pages, raw(3, 3000), raw(2, 2000), raw(1))
    assert [item["message"]["subject"] for item in found] == ["Mail 2", "Mail 3"]
