"""Discord, against exchanges written from its API reference (discord.com/developers/docs)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, Exchange, act, choose, exchange

from piecework.pieces.discord import piece
from piecework.sdk import LoadedFile, PieceError
from piecework.sdk.testing import MemoryFiles

API = "https://discord.com/api/v10"
BOT = {"Authorization": "Bot key"}


def test_a_webhook_needs_no_bot() -> None:
    url = "https://discord.com/api/webhooks/1/x"
    asked = exchange("POST", url, b"", 204, json={"content": "Hi", "username": "Deploy"})
    given = {"webhook_url": url, "content": "Hi", "username": "Deploy", "embeds": []}
    assert act(piece, "send_message_webhook", given, asked, auth=None)["status"] == 204
    assert not piece.actions["send_message_webhook"].require_auth


def test_messages() -> None:
    url = f"{API}/channels/5/messages"
    assert act(
        piece,
        "sendMessageWithBot",
        {"channel_id": "5", "message": "Hi"},
        exchange("POST", url, {"id": "9"}, headers=BOT, json={"content": "Hi"}),
    )
    files = MemoryFiles({"https://files.test/a.txt": LoadedFile("a.txt", b"a", "txt")})
    uploaded = exchange("POST", url, {"id": "9"}, data={"payload_json": '{"content":"See"}'})
    given = {"channel_id": "5", "message": "See", "files": [{"file": "https://files.test/a.txt"}]}
    assert act(piece, "sendMessageWithBot", given, uploaded, files=files) == {"id": "9"}
    with pytest.raises(PieceError, match="Write a message"):
        act(piece, "sendMessageWithBot", {"channel_id": "5"})


def test_channels() -> None:
    made = exchange("POST", f"{API}/guilds/1/channels", {"id": "5", "name": "news"}, 201, json={"name": "news", "topic": "T"})
    done = {"success": True, "channel": {"id": "5", "name": "news"}}
    assert act(piece, "create_channel", {"guild_id": "1", "name": "news", "topic": "T"}, made) == done
    renamed = exchange("PATCH", f"{API}/channels/5", {"id": "5", "name": "news"}, json={"name": "news"})
    assert act(piece, "rename_channel", {"channel_id": "5", "name": "news"}, renamed) == done
    assert act(piece, "delete_channel", {"channel_id": "5"}, exchange("DELETE", f"{API}/channels/5", {"id": "5"})) == {"success": True}
    listed = exchange("GET", f"{API}/guilds/1/channels", [{"id": "5", "name": "news"}])
    assert act(piece, "find_channel", {"guild_id": "1", "name": "news"}, listed) == {"success": True, "channel_id": "5"}
    assert act(piece, "find_channel", {"guild_id": "1", "name": "olds"}, listed) == {"success": False}


@pytest.mark.parametrize(("action", "method"), [("add_role_to_member", "PUT"), ("remove_role_from_member", "DELETE")])
def test_roles(action: str, method: str) -> None:
    asked = exchange(method, f"{API}/guilds/1/members/2/roles/3", b"", 204, headers=BOT)
    assert act(piece, action, {"guild_id": "1", "user_id": "2", "role_id": "3"}, asked) == {"success": True}


GUILDS = exchange("GET", f"{API}/users/@me/guilds", [{"id": "1", "name": "Home"}])


def test_choices() -> None:
    channels = exchange(
        "GET", f"{API}/guilds/1/channels", [{"id": "4", "name": "group", "type": 4}, {"id": "5", "name": "news", "type": 0}]
    )
    assert choose(piece, "sendMessageWithBot", "channel_id", GUILDS, channels)["options"] == [{"label": "news (Home)", "value": "5"}]
    assert choose(piece, "create_channel", "guild_id", GUILDS)["options"] == [{"label": "Home", "value": "1"}]
    assert choose(piece, "create_channel", "guild_id", exchange("GET", f"{API}/users/@me/guilds", []))["disabled"]
    roles = exchange("GET", f"{API}/guilds/1/roles", [{"id": "3", "name": "admin"}])
    assert choose(piece, "add_role_to_member", "role_id", roles, guild_id="1")["options"] == [{"label": "admin", "value": "3"}]
    assert choose(piece, "add_role_to_member", "role_id")["disabled"]


def test_new_messages() -> None:
    def listed(*ids: str) -> Exchange:
        return exchange("GET", f"{API}/channels/5/messages", [{"id": number} for number in ids], params={"limit": 50})

    trigger = Enabled(piece, "new_message", {"channel": "5"})
    trigger.enable(listed("2", "1"))
    assert trigger.poll(listed("4", "3", "2", "1")) == [{"id": "3"}, {"id": "4"}]
    assert trigger.poll(listed("4", "3", "2")) == []


def test_new_members() -> None:
    def page(after: str, members: list[Any]) -> Exchange:
        return exchange("GET", f"{API}/guilds/1/members", members, params={"limit": 1000, "after": after})

    crowd = [{"user": {"id": str(n)}, "joined_at": "2025-01-01T00:00:00+00:00"} for n in range(1, 1001)]
    late = {"user": {"id": "2000"}, "joined_at": "2026-01-01T00:00:00+00:00"}
    trigger = Enabled(piece, "new_member", {"guildId": "1"})
    trigger.enable(page("0", crowd), page("1000", []))
    assert trigger.poll(page("0", crowd), page("1000", [late])) == [late]
