"""Slack, against exchanges written from the reference of its Web API (docs.slack.dev/reference/methods)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, act, choose, exchange

from piecework.pieces.slack import piece
from piecework.sdk import CustomAuthValue, LoadedFile, OAuth2Token, PieceError
from piecework.sdk.testing import MemoryFiles

API = "https://slack.com/api"
AUTH = OAuth2Token("xoxb-1", data={"authed_user": {"access_token": "xoxp-1"}})
BOT = {"Authorization": "Bearer xoxb-1"}
USER = {"Authorization": "Bearer xoxp-1"}
POSTED = {"ok": True, "channel": "C1", "ts": "1710304378.475129", "message": {"text": "Hi", "ts": "1710304378.475129"}}


def send(given: dict[str, Any], *exchanges: Any, auth: Any = AUTH, files: Any = None) -> Any:
    return act(piece, "send_channel_message", {"channel": "C1", **given}, *exchanges, auth=auth, files=files)


def test_a_message() -> None:
    body = {"channel": "C1", "text": "Hi", "unfurl_links": True}
    assert send({"text": "Hi"}, exchange("POST", f"{API}/chat.postMessage", POSTED, headers=BOT, json=body)) == POSTED


def test_a_reply_in_ones_own_name() -> None:
    body = {"channel": "C1", "text": "Hi", "thread_ts": "1710304378.475129", "reply_broadcast": True, "unfurl_links": True}
    given = {"text": "Hi", "sendAsBot": False, "replyBroadcast": True, "threadTs": "https://w.slack.com/archives/C1/p1710304378475129"}
    assert send(given, exchange("POST", f"{API}/chat.postMessage", POSTED, headers=USER, json=body)) == POSTED


def test_blocks_stand_below_the_text() -> None:
    sections = [{"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in ("x" * 3000, "x")]
    origin = {"type": "mrkdwn", "text": "Message sent by <https://flows.test/projects/project1/flows/flow1|this flow>."}
    blocks = [*sections, {"type": "divider"}, {"type": "context", "elements": [origin]}]
    body = {"channel": "C1", "text": "x" * 3001, "blocks": blocks, "unfurl_links": False}
    given = {"text": "x" * 3001, "blocks": [{"type": "divider"}], "mentionOriginFlow": True, "unfurlLinks": False}
    send(given, exchange("POST", f"{API}/chat.postMessage", POSTED, json=body))


def test_an_attachment() -> None:
    files = MemoryFiles({"https://files.test/a.txt": LoadedFile("a.txt", b"abc", "txt")})
    done = {"ok": True, "files": [{"id": "F1", "title": "a.txt"}]}
    output = send(
        {"text": "See", "file": "https://files.test/a.txt"},
        exchange("GET", f"{API}/files.getUploadURLExternal", {"ok": True, "upload_url": "https://files.slack.com/upload/v1/x", "file_id": "F1"},
                 params={"filename": "a.txt", "length": 3}),
        exchange("POST", "https://files.slack.com/upload/v1/x", "OK - 3"),
        exchange("POST", f"{API}/files.completeUploadExternal", done,
                 json={"files": [{"id": "F1", "title": "a.txt"}], "channel_id": "C1", "initial_comment": "See"}),
        files=files,
    )  # fmt: skip
    assert output == done


def test_an_upload_that_is_not_shared() -> None:
    files = MemoryFiles({"https://files.test/a.txt": LoadedFile("a.txt", b"abc", "txt")})
    output = act(
        piece, "uploadFile", {"file": "https://files.test/a.txt", "filename": "b.txt", "title": "B"},
        exchange("GET", f"{API}/files.getUploadURLExternal", {"ok": True, "upload_url": "https://files.slack.com/upload/v1/x", "file_id": "F1"},
                 params={"filename": "b.txt", "length": 3}),
        exchange("POST", "https://files.slack.com/upload/v1/x", "OK - 3"),
        exchange("POST", f"{API}/files.completeUploadExternal", {"ok": True, "files": []}, json={"files": [{"id": "F1", "title": "B"}]}),
        auth=AUTH, files=files,
    )  # fmt: skip
    assert output["ok"]


def test_what_slack_refuses_is_said() -> None:
    refused = exchange("POST", f"{API}/chat.postMessage", {"ok": False, "error": "not_in_channel"}, json="REDACTED")
    with pytest.raises(PieceError, match="not_in_channel; invite the app"):
        send({"text": "Hi"}, refused)
    with pytest.raises(PieceError, match="Write a message"):
        send({})
    with pytest.raises(PieceError, match="no user token"):
        send({"text": "Hi", "sendAsBot": False}, auth=CustomAuthValue({"botToken": "xoxb-1"}))
    with pytest.raises(PieceError, match="neither a message's timestamp"):
        send({"text": "Hi", "threadTs": "yesterday"})


STAMP = "1710304378.475129"


@pytest.mark.parametrize(
    ("action", "given", "method", "body"),
    [
        ("send_direct_message", {"userId": "U1", "text": "Hi"}, "chat.postMessage", {"channel": "U1", "text": "Hi", "unfurl_links": True}),
        ("updateMessage", {"channel": "C1", "ts": STAMP, "text": "Ho"}, "chat.update", {"channel": "C1", "ts": STAMP, "text": "Ho"}),
        ("delete-message", {"channel": "C1", "ts": STAMP}, "chat.delete", {"channel": "C1", "ts": STAMP}),
        (
            "slack-add-reaction-to-message", {"channel": "C1", "ts": STAMP, "reaction": ":eyes:", "reactAsUser": False},
            "reactions.add", {"channel": "C1", "timestamp": STAMP, "name": "eyes"},
        ),
        ("slack-create-channel", {"channelName": "news"}, "conversations.create", {"name": "news", "is_private": False}),
    ],
)  # fmt: skip
def test_what_changes_something(action: str, given: dict[str, Any], method: str, body: dict[str, Any]) -> None:
    answer = {"ok": True, "channel": "C1"}
    assert act(piece, action, given, exchange("POST", f"{API}/{method}", answer, headers=BOT, json=body), auth=AUTH) == answer


def test_finding_a_user() -> None:
    answer = {"ok": True, "user": {"id": "U1", "name": "ada"}}
    asked = exchange("GET", f"{API}/users.lookupByEmail", answer, params={"email": "ada@example.com"})
    assert act(piece, "slack-find-user-by-email", {"email": "ada@example.com"}, asked, auth=AUTH) == answer


def history(messages: list[dict[str, Any]], following: str = "", **params: Any) -> Any:
    body = {"ok": True, "messages": messages, "response_metadata": {"next_cursor": following}}
    return exchange("GET", f"{API}/conversations.history", body, params={"channel": "C1", "limit": 200, **params})


def test_reading_page_by_page() -> None:
    given = {"channel": "C1", "oldest": 5, "inclusive": True, "includeAllMetadata": False}
    first = history([{"ts": "7.000000"}], "next", oldest=5, inclusive="true")
    second = history([{"ts": "6.000000"}], oldest=5, inclusive="true", cursor="next")
    assert act(piece, "getChannelHistory", given, first, second, auth=AUTH) == [{"ts": "7.000000"}, {"ts": "6.000000"}]
    replies = exchange(
        "GET", f"{API}/conversations.replies", {"ok": True, "messages": []}, params={"channel": "C1", "ts": STAMP, "limit": 1000}
    )
    assert act(piece, "retrieveThreadMessages", {"channel": "C1", "threadTs": STAMP}, replies, auth=AUTH)["messages"] == []


def test_choices() -> None:
    params = {"types": "public_channel,private_channel", "exclude_archived": "true", "limit": 200}
    first = {"ok": True, "channels": [{"id": "C1", "name": "general"}], "response_metadata": {"next_cursor": "c"}}
    second = {"ok": True, "channels": [{"id": "C2", "name": "random"}], "response_metadata": {"next_cursor": ""}}
    asked = (
        exchange("GET", f"{API}/conversations.list", first, params=params),
        exchange("GET", f"{API}/conversations.list", second, params=params | {"cursor": "c"}),
    )
    labels = [option["label"] for option in choose(piece, "send_channel_message", "channel", *asked, auth=AUTH)["options"]]
    assert labels == ["general", "random"]
    members = {"ok": True, "members": [{"id": "U1", "name": "ada", "real_name": "Ada"}, {"id": "U2", "name": "gone", "deleted": True}]}
    users = choose(piece, "send_direct_message", "userId", exchange("GET", f"{API}/users.list", members, params={"limit": 200}), auth=AUTH)
    assert users["options"] == [{"label": "Ada", "value": "U1"}]


def test_new_messages() -> None:
    trigger = Enabled(piece, "new-message-in-channel", {"channel": "C1", "ignoreBots": True}, AUTH)
    trigger.enable(history([{"ts": "1710304378.475129", "text": "old"}]))
    fresh = [
        {"ts": "1710304378.475131", "text": "two"},
        {"ts": "1710304378.475130", "text": "one"},
        {"ts": "1710304380.000000", "text": "joined", "subtype": "channel_join"},
        {"ts": "1710304381.000000", "text": "beep", "bot_id": "B1"},
    ]
    found = trigger.poll(history(fresh, oldest="1710304378.475129"))
    assert [(item["text"], item["channel"]) for item in found] == [("one", "C1"), ("two", "C1")]
    assert trigger.poll(history([], oldest="1710304378.475131")) == []


def test_new_channels() -> None:
    def listed(*channels: dict[str, Any]) -> Any:
        params = {"types": "public_channel,private_channel", "limit": 200}
        return exchange("GET", f"{API}/conversations.list", {"ok": True, "channels": list(channels)}, params=params)

    old, new = {"id": "C1", "name": "old", "created": 1700000000}, {"id": "C2", "name": "new", "created": 1700000001, "creator": "U1"}
    trigger = Enabled(piece, "channel_created", {}, AUTH)
    trigger.enable(listed(old))
    assert trigger.poll(listed(old, new)) == [{"type": "channel_created", "channel": {**new, "is_private": None}}]
