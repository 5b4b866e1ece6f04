"""Against calls and answers of Trello's documentation (developer.atlassian.com/cloud/trello/rest)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, act, choose, exchange

from piecework.pieces.trello import piece
from piecework.sdk import AuthCheck, BasicAuthValue
from piecework.sdk.recording import RecordedHttp
from piecework.sdk.testing import TEST_SERVER

API = "https://api.trello.com/1"
AUTH = BasicAuthValue("key", "token")
HEADERS = {"Authorization": 'OAuth oauth_consumer_key="key", oauth_token="token"', "Accept": "application/json"}
CARD = {"id": "c1", "name": "Paint", "dateLastActivity": "2026-01-15T12:00:00.000Z"}
FORM = {"board_id": "b1", "list_id": "l1"}


def call(method: str, path: str, body: Any = None, status: int = 200, **sent: Any) -> Any:
    return exchange(method, f"{API}{path}", body, status, headers=HEADERS, **sent)


def test_a_card_is_created_changed_and_deleted() -> None:
    created = call("POST", "/cards", CARD, json={"idList": "l1", "name": "Paint", "pos": "top", "idLabels": ["x"]})
    assert act(piece, "create_card", {**FORM, "name": "Paint", "position": "top", "labels": ["x"]}, created, auth=AUTH) == CARD
    assert act(piece, "get_card", {"cardId": "c1"}, call("GET", "/cards/c1", CARD), auth=AUTH) == CARD
    changed = call("PUT", "/cards/a%2Fb", CARD, json={"idList": "l2", "closed": False, "due": "2026-02-01T00:00:00.000Z"})
    act(piece, "update_card", {"card_id": "a/b", "list_id": "l2", "closed": False, "due": "2026-02-01"}, changed, auth=AUTH)
    assert act(piece, "delete_card", {"card_id": "c1"}, call("DELETE", "/cards/c1", {"limits": {}}), auth=AUTH) == {"limits": {}}


def test_choices() -> None:
    boards = call("GET", "/members/me/boards", [{"id": "b1", "name": "Home"}])
    assert choose(piece, "create_card", "board_id", boards, auth=AUTH)["options"] == [{"label": "Home", "value": "b1"}]
    labels = call("GET", "/boards/b1/labels", [{"id": "x", "name": "", "color": "red"}])
    assert choose(piece, "create_card", "labels", labels, auth=AUTH, board_id="b1")["options"] == [{"label": "red", "value": "x"}]
    assert choose(piece, "create_card", "list_id", auth=AUTH)["disabled"] is True


def told(kind: str, **entities: Any) -> dict[str, Any]:
    return {"action": {"display": {"translationKey": kind, "entities": {"card": {"id": "c1"}, **entities}}}}


def test_new_cards_of_a_list() -> None:
    trigger = Enabled(piece, "new_card", {"board_id": "b1", "list_id_opt": "l1"}, auth=AUTH)
    hook = {"callbackURL": "https://flows.test/api/v1/webhooks/flow1", "idModel": "l1"}
    trigger.enable(call("POST", "/webhooks", {"id": "w1"}, json=hook))
    assert trigger.call(told("action_create_card", list={"id": "l1"}), call("GET", "/cards/c1", CARD)) == [CARD]
    assert trigger.call(told("action_create_card", list={"id": "l2"})) == []
    assert trigger.call(told("action_archived_card", list={"id": "l1"})) == []
    assert trigger.call(["nonsense"]) == []
    trigger.disable(call("DELETE", "/webhooks/w1", "gone", 404))
    trigger.disable()


def test_cards_that_move_to_a_list() -> None:
    trigger = Enabled(piece, "card_moved_to_list", FORM, auth=AUTH)
    moved = "action_move_card_from_list_to_list"
    here, there = {"id": "l1"}, {"id": "l2"}
    assert trigger.call(told(moved, listBefore=there, listAfter=here), call("GET", "/cards/c1", CARD)) == [CARD]
    assert trigger.call(told(moved, listBefore=here, listAfter=there)) == []
    newest = {**CARD, "id": "c2", "dateLastActivity": "2026-01-16T12:00:00.000Z"}
    assert trigger.test(call("GET", "/lists/l1/cards", [CARD, newest])) == [newest, CARD]


def test_trello_asks_for_the_address_first() -> None:
    for trigger in piece.triggers.values():
        assert trigger.describe()["handshakeConfiguration"]["strategy"] == "HEAD_REQUEST"


@pytest.mark.parametrize(("status", "works"), [(200, True), (401, False)])
async def test_connections_are_tried(status: int, works: bool) -> None:
    http = RecordedHttp([call("GET", "/members/me", {}, status)])
    assert (await piece.auths[0].check(AuthCheck(AUTH, http, TEST_SERVER)) is None) is works


async def test_a_token_cannot_add_headers() -> None:
    assert await piece.auths[0].check(AuthCheck(BasicAuthValue("key", 'x"\r\nHost: y'), RecordedHttp([]), TEST_SERVER))
