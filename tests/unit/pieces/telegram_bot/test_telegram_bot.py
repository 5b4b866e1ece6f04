"""Telegram Bot, against exchanges written from the reference of its API (core.telegram.org/bots/api)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, Exchange, act, choose, exchange

from piecework.pieces.telegram_bot import piece
from piecework.pieces.telegram_bot.triggers import SAMPLE, SECRET
from piecework.sdk import LoadedFile, PieceError, StoreScope, WebhookAuthFailed
from piecework.sdk.testing import MemoryFiles

API = "https://api.telegram.org/botkey"
SENT = {"ok": True, "result": {"message_id": 21, "text": "Hi"}}


def method(name: str, answer: Any, body: Any, status: int = 200) -> Exchange:
    return exchange("POST", f"{API}/{name}", answer, status, json=body)


def test_a_message() -> None:
    body = {
        "chat_id": "1", "text": "Hi", "parse_mode": "HTML", "reply_to_message_id": 20, "disable_web_page_preview": True,
        "disable_notification": False, "protect_content": False,
    }  # fmt: skip
    given = {"chat_id": 1, "message": "Hi", "format": "HTML", "reply_to_message_id": 20, "web_page_preview": True}
    assert act(piece, "send_text_message", given, method("sendMessage", SENT, body)) == {"status": 200, "headers": {}, "body": SENT}


def test_changing_and_deleting() -> None:
    body = {"chat_id": "1", "message_id": 21, "text": "Ho", "disable_web_page_preview": False}
    given = {"chat_id": "1", "message_id": 21, "text": "Ho", "format": "none"}
    assert act(piece, "edit_message_text", given, method("editMessageText", SENT, body))["body"] == SENT
    with pytest.raises(PieceError, match="Say which message"):
        act(piece, "edit_message_text", {"text": "Ho", "chat_id": "1"})
    gone = method("deleteMessage", {"ok": True, "result": True}, {"chat_id": "1", "message_id": 21})
    assert act(piece, "delete_message", {"chat_id": "1", "message_id": 21}, gone)["status"] == 200


def test_members_and_invitations() -> None:
    unknown = {"ok": False, "error_code": 400, "description": "Bad Request: user not found"}
    asked = method("getChatMember", unknown, {"chat_id": "1", "user_id": "2"}, 400)
    assert act(piece, "get_chat_member", {"chat_id": "1", "user_id": "2"}, asked) == unknown
    link = {"ok": True, "result": {"invite_link": "https://t.me/+x"}}
    body = {"chat_id": "1", "name": "n", "expire_date": 1767225600, "member_limit": 5, "creates_join_request": False}
    given = {"chat_id": "1", "name": "n", "expire_date": "2026-01-01T00:00:00Z", "member_limit": 5}
    assert act(piece, "create_invite_link", given, method("createChatInviteLink", link, body)) == link


def test_media() -> None:
    given = {"chat_id": "1", "media_type": "photo", "message": "See", "format": "none"}
    known = method("sendPhoto", SENT, {"photo": "abc", "chat_id": "1", "caption": "See"})
    assert act(piece, "send_media", {**given, "media": {"photoId": "abc"}}, known)["body"] == SENT
    files = MemoryFiles({"https://files.test/a.png": LoadedFile("a.png", b"png", "png")})
    uploaded = exchange("POST", f"{API}/sendPhoto", SENT, data={"chat_id": "1", "caption": "See", "reply_markup": '{"a":1}'})
    media = {"media": {"photo": "https://files.test/a.png"}, "reply_markup": {"a": 1}}
    assert act(piece, "send_media", {**given, **media}, uploaded, files=files)["body"] == SENT
    with pytest.raises(PieceError, match="Give a file"):
        act(piece, "send_media", given)
    assert set(choose(piece, "send_media", "media", media_type="video")) == {"video", "videoId"}
    assert choose(piece, "send_media", "media") == {}


def test_a_file_that_somebody_sent() -> None:
    info = {"file_id": "abc", "file_path": "documents/file_1.pdf"}
    files = MemoryFiles()
    output = act(
        piece, "get_file", {"file_id": "abc", "download": True},
        method("getFile", {"ok": True, "result": info}, {"file_id": "abc"}),
        exchange("GET", "https://api.telegram.org/file/botkey/documents/file_1.pdf", b"%PDF"),
        files=files,
    )  # fmt: skip
    assert output == {"file_info": info, "file_url": "https://files.test/1/file_1.pdf", "file_content_base64": "JVBERg=="}
    assert files.known["https://files.test/1/file_1.pdf"].data == b"%PDF"


def test_the_webhook() -> None:
    trigger = Enabled(piece, "new_telegram_message", {"update_types": ["message"]})
    trigger.enable(method("setWebhook", {"ok": True, "result": True}, "REDACTED"))
    secret = trigger.store.values[StoreScope.FLOW, SECRET]
    assert trigger.call(SAMPLE, headers={"x-telegram-bot-api-secret-token": secret}) == [SAMPLE]
    with pytest.raises(WebhookAuthFailed):
        trigger.call(SAMPLE)
    trigger.disable(method("deleteWebhook", {"ok": True, "result": True}, {}))
    assert trigger.store.values == {}


def test_a_test_of_the_trigger() -> None:
    trigger = Enabled(piece, "new_telegram_message", {})
    assert trigger.test(method("getWebhookInfo", {"ok": True, "result": {"url": "https://x"}}, {})) == [SAMPLE]
    none = method("getWebhookInfo", {"ok": True, "result": {"url": ""}}, {})
    assert trigger.test(none, method("getUpdates", {"ok": True, "result": [{"update_id": 1}]}, {"offset": -5})) == [{"update_id": 1}]
