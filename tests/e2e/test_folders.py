"""Folders over HTTP, beside spec/recordings/folders.json."""

from collections.abc import Callable

import httpx
from tests.e2e.server_process import Account

FOLDER_KEYS = {"id", "created", "updated", "displayName", "projectId", "displayOrder", "numberOfFlows"}


def create(owner: Account, name: str) -> dict:
    response = owner.client.post("/folders", json={"displayName": name, "projectId": owner.project_id})
    assert response.status_code == 200
    return response.json()


def test_life_of_a_folder(member: Account) -> None:
    folder = create(member, "Rec")
    assert set(folder) == FOLDER_KEYS
    assert folder["projectId"] == member.project_id
    assert (folder["displayName"], folder["displayOrder"], folder["numberOfFlows"]) == ("Rec", 0, 0)
    assert member.client.get(f"/folders/{folder['id']}").json() == folder

    renamed = member.client.post(f"/folders/{folder['id']}", json={"displayName": "Rec 2"})
    assert renamed.status_code == 200
    assert renamed.json() == folder | {"displayName": "Rec 2", "updated": renamed.json()["updated"]}

    deleted = member.client.delete(f"/folders/{folder['id']}")
    assert (deleted.status_code, deleted.content) == (200, b"")
    gone = member.client.get(f"/folders/{folder['id']}")
    assert gone.status_code == 404
    assert gone.json() == {"code": "ENTITY_NOT_FOUND", "params": {"entityId": folder["id"], "entityType": "folder"}}


def test_creating_a_folder_twice_gives_the_same_one_in_any_case(member: Account) -> None:
    first = create(member, "Složka")
    second = create(member, "SLOŽKA")
    assert second["id"] == first["id"]
    assert second["created"] == first["created"]


def test_a_name_of_another_folder_is_refused(member: Account) -> None:
    create(member, "one")
    two = create(member, "two")
    response = member.client.post(f"/folders/{two['id']}", json={"displayName": "ONE"})
    assert response.status_code == 409
    assert response.json() == {"code": "VALIDATION", "params": {"message": "Folder displayName is used"}}
    assert member.client.post(f"/folders/{two['id']}", json={"displayName": "Two"}).status_code == 200


def test_pages_there_and_back(member: Account) -> None:
    names = [f"folder {number}" for number in range(5)]
    for name in names:
        create(member, name)

    def page(cursor: str | None) -> dict:
        query = {"projectId": member.project_id, "limit": 2} | ({"cursor": cursor} if cursor else {})
        return member.client.get("/folders", params=query).json()

    def shown(of: dict) -> list[str]:
        return [folder["displayName"] for folder in of["data"]]

    first = page(None)
    assert (shown(first), first["previous"]) == (names[:2], None)
    second = page(first["next"])
    assert shown(second) == names[2:4]
    third = page(second["next"])
    assert (shown(third), third["next"]) == (names[4:], None)
    assert shown(page(third["previous"])) == names[2:4]
    back = page(second["previous"])
    assert (shown(back), back["previous"]) == (names[:2], None)
    assert shown(page("no cursor at all")) == names[:2]


def test_a_folder_belongs_to_its_project(owner: Account, member: Account, make_member: Callable[[], Account]) -> None:
    folder = create(member, "mine")
    stranger = make_member()
    path = f"/folders/{folder['id']}"
    refused = [
        stranger.client.get(path),
        stranger.client.post(path, json={"displayName": "Hijacked"}),
        stranger.client.delete(path),
        stranger.client.post("/folders", json={"displayName": "x", "projectId": member.project_id}),
        stranger.client.get("/folders", params={"projectId": member.project_id}),
    ]
    assert {response.status_code for response in refused} == {403}
    assert {response.json()["code"] for response in refused} == {"AUTHORIZATION"}
    assert owner.client.get(path).status_code == 200


def test_without_a_token_a_valid_request_is_refused(anonymous: httpx.Client, owner: Account) -> None:
    response = anonymous.get("/folders", params={"projectId": owner.project_id})
    assert response.status_code == 403
    assert response.json() == {"code": "AUTHORIZATION", "params": {"message": "principal is not allowed for this route"}}


def test_wrong_requests(owner: Account) -> None:
    def message(response: httpx.Response) -> str:
        assert response.status_code == 400
        return response.json()["message"]

    assert message(owner.client.get("/folders")) == "querystring/projectId Invalid input: expected string, received undefined"
    assert message(owner.client.get("/folders/short")) == "params/id Invalid string: must match pattern /^[0-9a-zA-Z]{21}$/"
    assert message(owner.client.get("/folders", params={"projectId": owner.project_id, "limit": "x"})) == (
        "querystring/limit Invalid input: expected number, received NaN"
    )
    assert message(owner.client.post("/folders", json={"displayName": 5})) == (
        "body/displayName Invalid input: expected string, received number, "
        "body/projectId Invalid input: expected string, received undefined"
    )
    assert message(owner.client.post("/folders", json=[])) == "body/ Invalid input: expected object, received array"
